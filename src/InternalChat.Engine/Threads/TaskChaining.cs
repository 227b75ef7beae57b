namespace InternalChat.Engine.Threads;

/// <summary>Waits for whichever of several tasks is first.</summary>
internal static class TaskChaining
{
    /// <summary>
    /// Completes a source with a task, whatever comes of it, unless another was first. Task.WhenAny would go on on the pool, whatever
    /// context it is awaited in.
    /// </summary>
    public static async Task CompleteAfterAsync(this TaskCompletionSource completion, Task task)
    {
        try
        {
            await task;
        }
#pragma warning disable CA1031 // It is for whoever awaits the task itself, if anybody still does.
        catch (Exception)
#pragma warning restore CA1031
        {
        }

        completion.TrySetResult();
    }
}
