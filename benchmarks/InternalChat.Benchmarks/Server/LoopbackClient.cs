using System.Net;
using System.Net.Sockets;
using InternalChat.Benchmarks.Connections;
using InternalChat.Server.Hosting;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace InternalChat.Benchmarks.Server;

/// <summary>A client that blocks: no thread but the caller's, no allocation.</summary>
internal sealed class LoopbackClient : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _received = new byte[64 * 1024];
    private int _linesAhead;

    public LoopbackClient(EndPoint server)
    {
        _socket.ReceiveTimeout = (int)Patience.TotalMilliseconds;
        _socket.Connect(server);
    }

    /// <summary>Where what was received last begins.</summary>
    public ReadOnlySpan<byte> LastReceived => _received;

    public void Send(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
            bytes = bytes[_socket.Send(bytes)..];
    }

    /// <summary>Blocks until so many more lines have come.</summary>
    public void ReadLines(int count)
    {
        while (_linesAhead < count)
        {
            var bytes = _socket.Receive(_received);
            if (bytes == 0)
                throw new InvalidOperationException("The server has ended the connection.");
            _linesAhead += _received.AsSpan(0, bytes).Count((byte)'\n');
        }

        _linesAhead -= count;
    }

    public void Dispose() => _socket.Dispose();
}

/// <summary>Kestrel's own price: the server's transport with nothing behind it that looks at the lines it echoes.</summary>
internal static class EchoHost
{
    public static WebServer Build() => WebServer.Build(NullLoggerFactory.Instance, static (_, web) =>
    {
        web.ConfigureServices(static services => services.Configure<SocketTransportOptions>(
            static sockets => sockets.UnsafePreferInlineScheduling = true));
        web.ConfigureKestrel(static kestrel =>
            kestrel.Listen(IPAddress.Loopback, port: 0, static endpoint => endpoint.UseConnectionHandler<EchoHandler>()));
    });

    private sealed class EchoHandler : ConnectionHandler
    {
        public override Task OnConnectedAsync(ConnectionContext connection) => LineEcho.ServeAsync(connection.Transport);
    }
}
