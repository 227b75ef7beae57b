using System.Net;
using InternalChat.Benchmarks.Connections;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;

namespace InternalChat.Benchmarks.Server;

/// <summary>Kestrel's own price: the server's transport with nothing behind it that looks at the lines it echoes.</summary>
internal static class EchoHost
{
    public static WebApplication Build()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.Configure<SocketTransportOptions>(static sockets => sockets.UnsafePreferInlineScheduling = true);
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(static kestrel =>
            kestrel.Listen(IPAddress.Loopback, port: 0, static endpoint => endpoint.UseConnectionHandler<EchoHandler>()));
        return builder.Build();
    }

    private sealed class EchoHandler : ConnectionHandler
    {
        public override Task OnConnectedAsync(ConnectionContext connection) => LineEcho.ServeAsync(connection.Transport);
    }
}
