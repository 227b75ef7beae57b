using System.Text;
using BenchmarkDotNet.Attributes;

namespace InternalChat.Benchmarks.Server;

/// <summary>PING and PONG over loopback, per line. The null end is an echo of lines behind the same Kestrel.</summary>
[ThreadingDiagnoser]
public class LoopbackPingBenchmarks
{
    private const int Lines = 64;
    private byte[] _window = [];
    private LoopbackServers? _servers;

    /// <summary>Lines that are under way at one time.</summary>
    [Params(1, 64)]
    public int Window { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        _window = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("PING\n", Window)));
        _servers = new LoopbackServers();
        Echo();
        Server();
        Checked.Equal("PING\n"u8, _servers.Echo.LastReceived[..5]);
        Checked.Equal("PONG\n"u8, _servers.Alice.LastReceived[..5]);
    }

    [GlobalCleanup]
    public void CleanUp() => _servers?.Dispose();

    [Benchmark(Baseline = true, OperationsPerInvoke = Lines)]
    public void Echo() => Exchange(_servers!.Echo);

    [Benchmark(OperationsPerInvoke = Lines)]
    public void Server() => Exchange(_servers!.Alice);

    private void Exchange(LoopbackClient client)
    {
        for (var sent = 0; sent < Lines; sent += Window)
        {
            client.Send(_window);
            client.ReadLines(Window);
        }
    }
}

/// <summary>
/// The whole server over loopback, with a sync for each batch, per message: from alice's MSG to her DELIVERED and bob's FROM. The null end
/// is an echo of alice's lines behind the same Kestrel.
/// </summary>
[ThreadingDiagnoser]
public class LoopbackMessageBenchmarks
{
    private const int Messages = 64;
    private const int BodyBytes = 100;
    private byte[] _window = [];
    private LoopbackServers? _servers;

    /// <summary>Messages that are under way at one time.</summary>
    [Params(1, 64)]
    public int Window { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        _window = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat($"MSG bob {new string('x', BodyBytes)}\n", Window)));
        _servers = new LoopbackServers();
        Echo();
        Server();
        Checked.Equal("MSG bob "u8, _servers.Echo.LastReceived[..8]);
        Checked.Equal("DELIVERED "u8, _servers.Alice.LastReceived[..10]);
        Checked.Equal("FROM "u8, _servers.Bob.LastReceived[..5]);
    }

    [GlobalCleanup]
    public void CleanUp() => _servers?.Dispose();

    [Benchmark(Baseline = true, OperationsPerInvoke = Messages)]
    public void Echo()
    {
        for (var sent = 0; sent < Messages; sent += Window)
        {
            _servers!.Echo.Send(_window);
            _servers.Echo.ReadLines(Window);
        }
    }

    [Benchmark(OperationsPerInvoke = Messages)]
    public void Server()
    {
        for (var sent = 0; sent < Messages; sent += Window)
        {
            _servers!.Alice.Send(_window);
            _servers.Alice.ReadLines(Window);
            _servers.Bob.ReadLines(Window);
        }
    }
}
