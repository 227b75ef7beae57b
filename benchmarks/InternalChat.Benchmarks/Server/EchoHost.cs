using System.Net;
using InternalChat.Benchmarks.Connections;
using InternalChat.Server.Hosting;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace InternalChat.Benchmarks.Server;

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
