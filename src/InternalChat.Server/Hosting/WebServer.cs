using InternalChat.Server.Logging;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace InternalChat.Server.Hosting;

/// <summary>
/// Kestrel in a host of its own, and nothing of the web framework that nobody asked for. A <c>WebApplication</c> brings routing, error
/// pages and the JSON for them, used or not: 1.3 MB of the native program, and 2.5 MiB of an idle server's memory.
/// </summary>
internal sealed class WebServer : IAsyncDisposable
{
    private readonly IHost _host;

    private WebServer(IHost host) => _host = host;

    public IServiceProvider Services => _host.Services;

    public IHostApplicationLifetime Lifetime => Services.GetRequiredService<IHostApplicationLifetime>();

    /// <summary>Where it listens, in the order in which it was told to; after the start.</summary>
    public IEnumerable<string> Addresses =>
        Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;

    /// <summary>Puts one together.</summary>
    /// <param name="logging">Where it reports.</param>
    /// <param name="configure">Its services, endpoints and what ends it.</param>
    /// <param name="answer">Its middleware; null where no HTTP is spoken.</param>
    public static WebServer Build(
        ILoggerFactory logging, Action<IHostBuilder, IWebHostBuilder> configure, Action<IApplicationBuilder>? answer = null)
    {
        var builder = new HostBuilder().ConfigureLogging(host => HostLogging.Configure(host, logging));
        builder.ConfigureWebHost(
            web =>
            {
                web.UseSetting(WebHostDefaults.PreventHostingStartupKey, "true");
                web.UseKestrelCore().ConfigureKestrel(static kestrel => kestrel.AddServerHeader = false);
                web.Configure(answer ?? (static _ => { }));
                configure(builder, web);
            },
            static options => options.SuppressEnvironmentConfiguration = true);
        return new WebServer(builder.Build());
    }

    /// <summary>Listens.</summary>
    /// <exception cref="IOException">An address cannot be listened on.</exception>
    public Task StartAsync() => _host.StartAsync();

    public Task StopAsync() => _host.StopAsync();

    public Task WaitForShutdownAsync() => _host.WaitForShutdownAsync();

    public ValueTask DisposeAsync() => ((IAsyncDisposable)_host).DisposeAsync();
}

/// <summary>For hosts beside the chat's: the program stops them, after the chat, and signals are the chat's.</summary>
internal sealed class NoSignals : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
