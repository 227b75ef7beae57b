using System.Net.Sockets;
using InternalChat.Server.Administration.Bans;
using InternalChat.Server.Administration.Database;
using InternalChat.Server.Administration.Http;
using InternalChat.Server.Administration.Server;
using InternalChat.Server.Administration.Sessions;
using InternalChat.Server.Administration.Top;
using InternalChat.Server.Administration.Users;
using InternalChat.Server.Hosting;
using InternalChat.Server.Logging;
using InternalChat.Server.Network;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace InternalChat.Server.Administration;

/// <summary>
/// HTTP over the administration socket, in a host of its own: chat's endpoints never speak HTTP, and this one never speaks chat. It
/// answers until it is disposed, also while the server drains and stops.
/// </summary>
internal sealed class AdministrationHost : IAsyncDisposable
{
    private const int MaxRequestBytes = 64 * 1024;
    private const int MaxConnections = 64;
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(1);

    private readonly WebServer _host;

    private AdministrationHost(WebServer host) => _host = host;

    /// <summary>Makes the socket and answers on it.</summary>
    /// <param name="path">Of the socket.</param>
    /// <param name="operations">What can be asked.</param>
    /// <param name="logging">Where trouble goes, and what was asked.</param>
    /// <exception cref="IOException">The socket cannot be made.</exception>
    public static async Task<AdministrationHost> StartAsync(string path, AdministrationRoutes operations, ILoggerFactory logging)
    {
        var routes = new RouteTable(new AdministrationAudit(logging.CreateLogger(ConsoleLogging.AuditCategory)));
        operations.AddTo(routes);
        var host = WebServer.Build(
            logging,
            (_, web) =>
            {
                web.ConfigureServices(static services => services
                    .AddSingleton<IHostLifetime, NoSignals>()
                    .Configure<HostOptions>(static options => options.ShutdownTimeout = StopTimeout)
                    .Configure<SocketTransportOptions>(static sockets => sockets.CreateBoundListenSocket =
                        static endpoint => UnixSocketFile.Bind((UnixDomainSocketEndPoint)endpoint, AdministrationSocket.Mode)));
                web.ConfigureKestrel(kestrel => Configure(kestrel, path));
            },
            application =>
            {
                application.Use(ErrorReplies.Around);
                application.Run(routes.AnswerAsync);
            });
        await host.StartAsync();
        return new AdministrationHost(host);
    }

    private static void Configure(KestrelServerOptions kestrel, string path)
    {
        // An export writes from a thread of its own, which may block.
        kestrel.AllowSynchronousIO = true;
        kestrel.Limits.MaxConcurrentConnections = MaxConnections;
        kestrel.Limits.MaxRequestBodySize = MaxRequestBytes;
        kestrel.ListenUnixSocket(path, static endpoint =>
        {
            endpoint.Protocols = HttpProtocols.Http1;
            endpoint.Use(AdmitOperatorOnly);
        });
    }

    /// <summary>Ends what is being answered, within a second, and removes the socket.</summary>
    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        await _host.DisposeAsync();
    }

    /// <summary>The socket's mode lets nobody else in; this says who it is, and is a second lock on the door.</summary>
    private static ConnectionDelegate AdmitOperatorOnly(ConnectionDelegate next) => connection =>
    {
        var peer = connection.Features.Get<IConnectionSocketFeature>() is { } feature ? PeerCredentials.Of(feature.Socket) : null;
        if (peer is { IsRootOrUs: false })
            return Task.CompletedTask;
        connection.Features.Set(peer);
        return next(connection);
    };
}

/// <summary>Everything that can be asked over the socket; docs/administration.md says what each is for.</summary>
internal sealed record AdministrationRoutes(
    SessionRoutes Sessions, UserRoutes Users, ServerRoutes Server, RetentionRoutes Retention, BanRoutes Bans, TopRoute Top)
{
    public void AddTo(RouteTable routes)
    {
        Sessions.AddTo(routes);
        Users.AddTo(routes);
        Server.AddTo(routes);
        Retention.AddTo(routes);
        Bans.AddTo(routes);
        Top.AddTo(routes);
    }
}
