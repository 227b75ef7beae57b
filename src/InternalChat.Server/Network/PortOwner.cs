using System.Globalization;
using System.Net;

namespace InternalChat.Server.Network;

/// <summary>Which process listens on a port, as far as this one may know: Linux's <c>/proc</c>.</summary>
internal static class PortOwner
{
    private const string Listens = "0A";
    private static readonly string[] Tables = ["/proc/net/tcp", "/proc/net/tcp6"];

    /// <summary>The process in words, or null if the system does not tell.</summary>
    public static string? Find(IPEndPoint endpoint)
    {
        var sockets = Tables.SelectMany(file => Sockets(file, endpoint)).ToHashSet();
        if (sockets.Count == 0)
            return null;
        foreach (var process in Tolerant(static () => Directory.GetDirectories("/proc")))
        {
            if (int.TryParse(Path.GetFileName(process), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                && Tolerant(() => Directory.GetFiles(process + "/fd")).Any(file => Target(file) is { } target && sockets.Contains(target)))
                return $"process {id} ({string.Concat(Tolerant(() => File.ReadAllLines(process + "/comm")))})";
        }

        return null;
    }

    /// <summary>The sockets that listen where this one would, as links to them say.</summary>
    private static IEnumerable<string> Sockets(string file, IPEndPoint endpoint) => Tolerant(() => File.ReadAllLines(file))
        .Skip(1)
        .Select(static line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .Where(columns => columns is [_, var local, _, Listens, _, _, _, _, _, _, ..]
            && local.Split(':') is [var address, var port]
            && int.Parse(port, NumberStyles.HexNumber, CultureInfo.InvariantCulture) == endpoint.Port
            && Overlap(Address(address), endpoint.Address))
        .Select(static columns => $"socket:[{columns[9]}]");

    private static bool Overlap(IPAddress one, IPAddress other) =>
        IsAny(one) || IsAny(other) || one.MapToIPv6().Equals(other.MapToIPv6());

    private static bool IsAny(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);

    /// <summary>Words of four bytes in the order of the processor.</summary>
    private static IPAddress Address(string text) => new(
        [.. Convert.FromHexString(text).Chunk(4).SelectMany(static word => BitConverter.IsLittleEndian ? word.Reverse() : word)]);

    private static string? Target(string link)
    {
        try
        {
            return new FileInfo(link).LinkTarget;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>What is other users' or has just gone does not count.</summary>
    private static string[] Tolerant(Func<string[]> read)
    {
        try
        {
            return read();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
