using System.Globalization;
using System.Net;
using InternalChat.Storage.Sqlite.FileSystem;

namespace InternalChat.Server.Network.Bans;

/// <summary>
/// The bans between two runs of the server, in a file beside the database: a line for each, written anew as a whole. One that cannot be
/// read, in parts or at all, stops no server, and is moved aside before another takes its name.
/// </summary>
/// <param name="path">Where it is.</param>
internal sealed class BanFile(string path)
{
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss'Z'";
    private const string Never = "-";
    private const long MaxBytes = 4 << 20;
    private const string Heading =
        "# Kept by the server: network, banned since, until, seconds that are left. To change it: internalchat admin bans.\n";

    /// <summary>Where it is for a database.</summary>
    public static string PathFor(string databasePath) => Path.GetFullPath(databasePath) + ".bans";

    public string Location => path;

    /// <summary>Reads it.</summary>
    /// <returns>The bans that can be read, and why others cannot; null where everything can.</returns>
    public (IReadOnlyList<Ban> Bans, string? Trouble) Read()
    {
        try
        {
            RegularFile.RequireIfThere(path);
            if (!File.Exists(path))
                return ([], null);
            if (new FileInfo(path).Length > MaxBytes)
                return ([], $"it has more than {MaxBytes >> 20} MiB");
            var lines = File.ReadAllLines(path).Where(static line => line.Length > 0 && !line.StartsWith('#')).ToList();
            var bans = lines.Select(Parse).OfType<Ban>().ToList();
            return (bans, bans.Count == lines.Count ? null : $"{lines.Count - bans.Count} of its {lines.Count} lines are damaged");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return ([], failure.Message);
        }
    }

    /// <summary>Gives a file that cannot be read another name, under which nobody looks for it.</summary>
    /// <returns>That name; null where it cannot be had.</returns>
    public string? TrySetAside()
    {
        var aside = path + ".damaged";
        try
        {
            File.Move(path, aside, overwrite: true);
            return aside;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Writes it anew, and onto the disk.</summary>
    /// <exception cref="IOException">It stays as it was.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public void Write(IEnumerable<Ban> bans)
    {
        using var file = new PartialFile(path);
        File.WriteAllText(file.Path, Heading + string.Concat(bans.Select(Format)));
        file.Publish();
    }

    private static string Format(Ban ban) => string.Create(
        CultureInfo.InvariantCulture,
        $"{ban.Network} {Format(ban.Since)} {(ban.Until is { } until ? Format(until) : Never)} {Seconds(ban.Remaining)}\n");

    private static string Format(DateTime time) => time.ToString(TimeFormat, CultureInfo.InvariantCulture);

    private static string Seconds(TimeSpan? time) =>
        time is { } known ? ((long)Math.Ceiling(known.TotalSeconds)).ToString(CultureInfo.InvariantCulture) : Never;

    /// <returns>Null where the line is none of ours.</returns>
    private static Ban? Parse(string line) =>
        line.Split(' ') is [var network, var since, var until, var left]
            && IPNetwork.TryParse(network, out var parsed) && TryTime(since) is { } began
            ? (TryTime(until), TrySeconds(left)) switch
            {
                ({ } end, { } remaining) => new Ban(parsed, began, end, remaining),
                _ when until == Never && left == Never => new Ban(parsed, began, Until: null, Remaining: null),
                _ => null,
            }
            : null;

    private static DateTime? TryTime(string text) =>
        DateTime.TryParseExact(
            text, TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? time
            : null;

    private static TimeSpan? TrySeconds(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            && seconds <= BannedNetworks.Longest.TotalSeconds
            ? TimeSpan.FromSeconds(seconds)
            : null;
}
