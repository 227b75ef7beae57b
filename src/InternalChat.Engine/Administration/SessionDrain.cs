using InternalChat.Engine.Connections;
using InternalChat.Engine.Sessions;

namespace InternalChat.Engine.Administration;

/// <summary>
/// Empties the server slowly, so that those who come back do not all knock at the next one in the same second: nobody is admitted any
/// more, and who is connected is told to leave, one after the other in random order, evenly over the time.
/// </summary>
internal sealed class SessionDrain(SessionRegistry sessions, Random random, TimeProvider time)
{
    /// <summary>Ends when everybody has been told.</summary>
    /// <param name="over">How long it may take; zero tells all at once.</param>
    /// <param name="cancellation">Ends it early, without an exception: the server stops.</param>
    public async Task RunAsync(TimeSpan over, CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        sessions.Close();
        var connected = sessions.Connections.Distinct().ToArray();
        random.Shuffle(connected);
        for (var i = 0; i < connected.Length; i++)
        {
            // Who has left by himself does not hold up the end.
            if (connected[i].IsClosing)
                continue;
            var wait = (over * i / connected.Length) - time.GetElapsedTime(started);
            if (wait > TimeSpan.Zero)
            {
                await Task.Delay(wait, time, cancellation)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            }

            if (cancellation.IsCancellationRequested)
                return;
            connected[i].RequestClose(CloseReason.ServerShutdown);
        }
    }
}
