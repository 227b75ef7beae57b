using System.Text;
using BenchmarkDotNet.Attributes;
using InternalChat.Benchmarks.Protocol;

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
