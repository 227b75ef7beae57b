using InternalChat.Server.Hosting;

namespace InternalChat.Server.Tests.Hosting;

/// <summary>What the collector does when asked. Alone, for a collection that somebody else causes would end what is tested.</summary>
[Collection(nameof(ProcessMemoryTests))]
[CollectionDefinition(nameof(ProcessMemoryTests), DisableParallelization = true)]
public sealed class ProcessMemoryTests
{
    [Fact]
    public void Collections_are_held_off_until_memory_is_given_back()
    {
        SkipWithoutMemory();
        ProcessMemory.HoldCollectionsOff();
        ProcessMemory.HoldCollectionsOff();
        var before = GC.CollectionCount(0);
        Allocate(ProcessMemory.HoldOffBytes / 2);
        Assert.Equal(before, GC.CollectionCount(0));
        Assert.True(ProcessMemory.IsHeldOff);

        ProcessMemory.GiveBack();
        Assert.Equal(before + 1, GC.CollectionCount(0));
        Assert.False(ProcessMemory.IsHeldOff);
    }

    [Fact]
    public void They_are_held_off_no_longer_when_more_was_allocated()
    {
        SkipWithoutMemory();
        ProcessMemory.HoldCollectionsOff();
        Allocate(2 * ProcessMemory.HoldOffBytes);
        Assert.False(ProcessMemory.IsHeldOff);

        ProcessMemory.HoldCollectionsOff();
        Assert.True(ProcessMemory.IsHeldOff);
        ProcessMemory.GiveBack();
    }

    private static void SkipWithoutMemory() => Assert.SkipWhen(
        GC.GetGCMemoryInfo().TotalAvailableMemoryBytes < ProcessMemory.HoldOffLeastMemory, "This machine has too little memory for it.");

    private static void Allocate(long bytes)
    {
        const int Size = 1_000;
        for (long allocated = 0; allocated < bytes; allocated += Size)
            GC.KeepAlive(new byte[Size]);
    }
}
