using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace InternalChat.BenchRunner.Loads;

/// <summary>A Redis server as a child process, which has every write on disk before it answers. Disposing it ends it.</summary>
internal sealed class RedisServer : IAsyncDisposable
{
    private const string Program = "redis-server";
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(50);

    private readonly Process _process;

    private RedisServer(Process process, int port)
    {
        _process = process;
        Port = port;
    }

    internal int Port { get; }

    internal TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <returns>Null where Redis is not installed.</returns>
    internal static async Task<RedisServer?> StartAsync(string folder, CancellationToken cancellationToken)
    {
        var port = FreePort();
        var start = new ProcessStartInfo(
            Program,
            [
                "--bind", "127.0.0.1", "--port", port.ToString(CultureInfo.InvariantCulture), "--dir", folder, "--save", "",
                "--appendonly", "yes", "--appendfsync", "always", "--daemonize", "no",
            ])
        {
            RedirectStandardOutput = true,
        };
        RedisServer server;
        try
        {
            server = new RedisServer(Process.Start(start)!, port);
        }
        catch (Win32Exception)
        {
            return null;
        }

        server._process.BeginOutputReadLine();
        try
        {
            await server.WaitUntilListeningAsync(cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private async Task WaitUntilListeningAsync(CancellationToken cancellationToken)
    {
        for (var started = Stopwatch.GetTimestamp(); ; await Task.Delay(RetryInterval, cancellationToken))
        {
            using var connection = new RedisConnection();
            try
            {
                await connection.ConnectAsync(Port, cancellationToken);
                return;
            }
            catch (SocketException) when (!_process.HasExited && Stopwatch.GetElapsedTime(started) < StartPatience)
            {
                // Not yet.
            }
            catch (SocketException exception)
            {
                throw new BenchException($"{Program} does not listen: {exception.Message}");
            }
        }
    }

    /// <summary>Redis takes no port 0; another program can take this one first, which then shows as a failed start.</summary>
    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
