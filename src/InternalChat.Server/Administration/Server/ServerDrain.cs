using InternalChat.Engine;
using InternalChat.Server.Logging;
using InternalChat.Server.Observability;
using Microsoft.AspNetCore.Hosting.Server;

namespace InternalChat.Server.Administration.Server;

/// <summary>
/// Empties the server over a time and stops it: its ports close, users are told to leave one after the other, and when all have been the
/// program ends as after SIGTERM. SIGTERM meanwhile ends it at once.
/// </summary>
internal sealed class ServerDrain(
    ChatEngine engine, IServer listeners, IHostApplicationLifetime lifetime, Readiness readiness, ILogger logger)
{
    // What a connection gets to end that is not yet with the engine (its TLS handshake), once the program is told to stop.
    private static readonly TimeSpan CutTimeout = TimeSpan.FromSeconds(3);

    /// <summary>Begins, unless the server drains or stops already.</summary>
    /// <returns>How many connections there were; null where it does not begin.</returns>
    public int? TryBegin(TimeSpan over)
    {
        var connections = engine.ConnectionCount;
        if (engine.TryDrain(over) is not { } drained)
            return null;
        readiness.Draining();
        _ = FinishAsync(drained, connections, over);
        return connections;
    }

    private async Task FinishAsync(Task drained, int connections, TimeSpan over)
    {
        try
        {
            ServerLog.Draining(logger, connections, over);
            using var cut = new CancellationTokenSource();
            using var stopping = lifetime.ApplicationStopping.Register(() => cut.CancelAfter(CutTimeout));
            // Closes the ports at once and then waits for the connections, which the engine ends.
            var closed = listeners.StopAsync(cut.Token);
            await drained;
            ServerLog.Drained(logger);
            lifetime.StopApplication();
            await closed;
        }
#pragma warning disable CA1031 // Nobody awaits this, and a server that was emptied must not stay.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            ServerLog.DrainFailed(logger, exception);
        }
        finally
        {
            lifetime.StopApplication();
        }
    }
}
