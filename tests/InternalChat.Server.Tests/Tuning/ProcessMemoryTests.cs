using InternalChat.Server.Tuning;

namespace InternalChat.Server.Tests.Tuning;

/// <summary>What the collector does when asked. Alone, for a collection that somebody else causes would end what is tested.</summary>
[Collection(nameof(ProcessMemoryTests))]
[CollectionDefinition(nameof(ProcessMemoryTests), DisableParallelization = true)]
public sealed class ProcessMemoryTests
{
    [Fact]
    public void Collections_are_held_off_until_memory_is_given_back()
    {
        SkipWithoutMemory();
        ProcessMemory.PauseCollections();
        ProcessMemory.PauseCollections();
        var before = GC.CollectionCount(0);
        Allocate(ProcessMemory.PauseBytes / 2);
        Assert.Equal(before, GC.CollectionCount(0));
        Assert.True(ProcessMemory.IsPaused);

        ProcessMemory.GiveBack();
        Assert.Equal(before + 1, GC.CollectionCount(0));
        Assert.False(ProcessMemory.IsPaused);
    }

    [Fact]
    public void They_are_held_off_no_longer_when_more_was_allocated()
    {
        SkipWithoutMemory();
        ProcessMemory.PauseCollections();
        Allocate(2 * ProcessMemory.PauseBytes);
        Assert.False(ProcessMemory.IsPaused);

        ProcessMemory.PauseCollections();
        Assert.True(ProcessMemory.IsPaused);
        ProcessMemory.GiveBack();
    }

    private static void SkipWithoutMemory() => Assert.SkipWhen(
        GC.GetGCMemoryInfo().TotalAvailableMemoryBytes < ProcessMemory.PauseLeastMemory, "This machine has too little memory for it.");

    private static void Allocate(long bytes)
    {
        const int Size = 1_000;
        for (long allocated = 0; allocated < bytes; allocated += Size)
            GC.KeepAlive(new byte[Size]);
    }
}
