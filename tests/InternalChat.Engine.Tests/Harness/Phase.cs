using InternalChat.TestKit;

namespace InternalChat.Engine.Tests.Harness;

/// <summary>Waits for a signal; where it does not come, says what was waited for.</summary>
internal static class Phase
{
    public static async Task Within(Task task, string phase)
    {
        try
        {
            await task.WaitAsync(Patience.Limit);
        }
        catch (TimeoutException)
        {
            Assert.Fail($"Waited in vain for: {phase}");
        }
    }

    public static async Task<T> Within<T>(Task<T> task, string phase)
    {
        await Within((Task)task, phase);
        return await task;
    }

    /// <summary>For states that have no signal of their own.</summary>
    public static async Task Until(Func<bool> reached, string phase)
    {
        var deadline = TimeProvider.System.GetTimestamp();
        while (!reached())
        {
            if (TimeProvider.System.GetElapsedTime(deadline) > Patience.Limit)
                Assert.Fail($"Waited in vain until: {phase}");
            await Task.Yield();
        }
    }
}
