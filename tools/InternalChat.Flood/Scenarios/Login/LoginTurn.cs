using InternalChat.Flood.Measurement;
using InternalChat.Flood.Scenarios.Sessions;

namespace InternalChat.Flood.Scenarios.Login;

/// <summary>The one login of a user of the crowd.</summary>
internal sealed class LoginTurn(IdleCrowd crowd, int number, CancellationToken cancellationToken) : IPacedClient
{
    public int Unanswered => 0;

    /// <summary>Complete when it has logged in, or was never told to.</summary>
    internal Task Taken { get; private set; } = Task.CompletedTask;

    /// <param name="dueAt">In Stopwatch ticks.</param>
    internal Task TakeAsync(long dueAt) => crowd.LogInAsync(number, dueAt, cancellationToken);

    public void Append(in SendTimes times)
    {
        // Not on the thread of the pacer, which has others to send.
        var dueAt = times.IntendedAt;
        Taken = Task.Run(() => TakeAsync(dueAt), CancellationToken.None);
    }

    public ValueTask FlushAsync() => ValueTask.CompletedTask;
}
