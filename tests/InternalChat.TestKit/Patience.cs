namespace InternalChat.TestKit;

/// <summary>
/// How long tests wait for what must come. It only turns a hang into a failure, so it is generous and the same everywhere; it is never the
/// measure of what is right, because that would be a measure of the machine.
/// </summary>
public static class Patience
{
    /// <summary><see cref="Limit"/> for attributes, which take constants.</summary>
    public const int Milliseconds = 180_000;

    public static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(Milliseconds);

    /// <summary>
    /// Looks again and again until something is reached that has no signal of its own. A look that is a request to the server needs no
    /// pause between.
    /// </summary>
    /// <param name="isReached">One look.</param>
    /// <param name="what">What is waited for, for the failure's message; asked when time is up.</param>
    /// <param name="pause">Between two looks.</param>
    public static async Task UntilAsync(Func<Task<bool>> isReached, Func<string> what, TimeSpan pause = default)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!await isReached())
        {
            if (TimeProvider.System.GetElapsedTime(start) > Limit)
                throw new TimeoutException($"Waited {Limit.TotalSeconds} s in vain until {what()}.");
            await Task.Delay(pause);
        }
    }
}
