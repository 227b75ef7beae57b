using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;
using InternalChat.Benchmarks.Engine;
using InternalChat.Engine;
using InternalChat.Engine.Connections;
using InternalChat.Engine.Options;
using InternalChat.Engine.Passwords;
using InternalChat.Engine.Writing;
using InternalChat.Protocol;
using InternalChat.Storage.Sqlite;
using InternalChat.Storage.Sqlite.Options;
using Microsoft.Extensions.Logging.Abstractions;

namespace InternalChat.Benchmarks.IdleSessions;

/// <summary>
/// <c>sessions [count]</c>: brings so many users online over connections without sockets and measures what an idle session costs in
/// our own objects and in heartbeat. What the transport costs is not in it: the connections here are stubs, whose own size is measured
/// apart and taken off, as is that of the caches that logins fill up to a bound.
/// </summary>
internal sealed class IdleSessionsCommand(int count) : IDisposable
{
    public const string Name = "sessions";

    // What the names have digits for.
    private const int MaxCount = 100_000_000;
    private const int LoginsAtOnce = 128;
    private const int WarmUpSessions = 1_000;
    private const int TypesShown = 30;
    private const double SmallestShare = 0.5;
    private static readonly TimeSpan HeartbeatTime = TimeSpan.FromSeconds(20);
    private static readonly byte[] Password = "password"u8.ToArray();

    /// <summary>One for each login that may be under way. A session keeps a reference to the last line that it read.</summary>
    private readonly Channel<byte[]> _lines = Channel.CreateUnbounded<byte[]>();

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    /// <summary>Runs the command with what follows its name.</summary>
    /// <returns>The exit status.</returns>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var count = 10_000;
        if (arguments.Length > 1
            || (arguments.Length == 1 && !int.TryParse(arguments[0], NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out count))
            || count is < 1 or > MaxCount)
        {
            await Console.Error.WriteLineAsync($"Usage: {Name} [count], 1 to {MaxCount}; 10,000 if none is given");
            return 2;
        }

        using var command = new IdleSessionsCommand(count);
        for (var i = 0; i < LoginsAtOnce; i++)
            command._lines.Writer.TryWrite(new byte["AUTH user-12345678 password\n".Length]);
        await command.MeasureAsync();
        return 0;
    }

    public void Dispose() => _socket.Dispose();

    private async Task MeasureAsync()
    {
        var references = (long)IntPtr.Size * count;
        var stubs = BytesOf(MakeStubs) - references;
        var caches = BytesOf(FillCaches);

        var folder = Directory.CreateTempSubdirectory("idle-sessions-");
        try
        {
            using var database = ChatDatabase.Open(new DatabaseOptions { Path = Path.Combine(folder.FullName, "chat.db") });
            var options = new EngineOptions { Live = new LiveOptions { Presence = PresenceMode.Off }, PasswordIterations = 1 };
            await using var engine = new ChatEngine(
                new NullStore(), database.CreateReader, options, TimeProvider.System, NullLogger.Instance);
            await LogInAsync(engine, "warm", WarmUpSessions);
            await MeasureAsync(engine, stubs, caches);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private async Task MeasureAsync(ChatEngine engine, long stubs, long caches)
    {
        var typesBefore = await LiveHeap.ByTypeAsync();
        var before = LiveHeap.Bytes();
        var residentBefore = Environment.WorkingSet;
        var start = Stopwatch.GetTimestamp();
        await LogInAsync(engine, "user", count);
        Say($"{count:N0} sessions online and idle after {Stopwatch.GetElapsedTime(start).TotalSeconds:N1} s");

        var idle = LiveHeap.Bytes() - before;
        Say($"{PerSession(idle - stubs - caches):N0} bytes a session are the engine's own objects; apart from these:");
        Say($"  {PerSession(stubs):N0} are the transport's stub, {PerSession(caches):N0} are caches with a bound");
        Say($"  {PerSession(Environment.WorkingSet - residentBefore):N0} bytes of resident memory a session, stub and caches included");

        await MeasureHeartbeatAsync();
        ShowTypes(typesBefore, await LiveHeap.ByTypeAsync());
    }

    private async Task LogInAsync(ChatEngine engine, string prefix, int sessions)
    {
        var transports = new IdleTransport[sessions];
        for (var i = 0; i < sessions; i++)
        {
            var line = await _lines.Reader.ReadAsync();
            Encoding.ASCII.GetBytes($"AUTH {prefix}-{i:D8} password\n", line);
            transports[i] = new IdleTransport(line, _lines.Writer);
            _ = engine.ServeAsync(new ChatConnection(
                transports[i], transports[i].Abort, IPAddress.Loopback, new AcknowledgedTcp(_socket)));
        }

        var lines = new List<byte[]>();
        while (lines.Count < LoginsAtOnce)
            lines.Add(await _lines.Reader.ReadAsync());
        lines.ForEach(line => _lines.Writer.TryWrite(line));
        if (transports.Any(static transport => transport.SentBytes != "OK registered\n".Length))
            throw new InvalidOperationException("A login was refused.");
    }

    private object MakeStubs() => Enumerable.Range(0, count).Select(_ => new IdleTransport(Password, _lines.Writer)).ToArray();

    /// <summary>The caches that are not a session's, with what this many logins leave in them.</summary>
    private object FillCaches()
    {
        var verified = new VerifiedPasswords(TimeProvider.System);
        var directory = new AccountDirectory(new NullStore());
        for (var i = 0; i < count; i++)
        {
            var name = UserName.Parse($"user-{i:D8}");
            verified.Remember(name, verified.Fingerprint(name, Password), i);
            directory.Remember(name, i);
        }

        return (verified, directory);
    }

    /// <summary>Nothing runs but the heartbeat: what the process uses is what it costs.</summary>
    private static async Task MeasureHeartbeatAsync()
    {
        using var process = Process.GetCurrentProcess();
        var collections = GC.CollectionCount(0);
        var processor = process.TotalProcessorTime;
        var start = Stopwatch.GetTimestamp();
        await Task.Delay(HeartbeatTime);
        process.Refresh();
        var share = (process.TotalProcessorTime - processor) / Stopwatch.GetElapsedTime(start);
        collections = GC.CollectionCount(0) - collections;
        Say($"{100 * share:N2} % of a core while idle; {collections} collections in {HeartbeatTime.TotalSeconds} s");
    }

    private void ShowTypes(Dictionary<string, TypeShare> before, Dictionary<string, TypeShare> after)
    {
        Say("");
        Say($"{"bytes a session",16} {"objects",8}  type (stubs and caches included)");
        var grown = after
            .Select(type => (Name: type.Key, Count: PerSession(type.Value.Count - before.GetValueOrDefault(type.Key).Count),
                Bytes: PerSession(type.Value.Bytes - before.GetValueOrDefault(type.Key).Bytes)))
            .Where(static type => type.Bytes >= SmallestShare)
            .OrderByDescending(static type => type.Bytes)
            .Take(TypesShown);
        foreach (var type in grown)
            Say($"{type.Bytes,16:N1} {type.Count,8:N2}  {type.Name}");
    }

    private double PerSession(long amount) => (double)amount / count;

    private static long BytesOf(Func<object> make)
    {
        var before = LiveHeap.Bytes();
        var made = make();
        var bytes = LiveHeap.Bytes() - before;
        GC.KeepAlive(made);
        return bytes;
    }

    private static void Say(string line) => Console.WriteLine(line);
}
