using InternalChat.Engine.Tests.Harness;
using InternalChat.Engine.Threads;

namespace InternalChat.Engine.Tests.Threads;

/// <summary>In which order work is done, by how many threads, and what becomes of it at the end.</summary>
public sealed class WorkerThreadsTests : IDisposable
{
    private readonly WorkerThreads<string> _threads = new("test");
    private readonly ManualResetEventSlim _goOn = new();
    private readonly List<string> _done = [];

    public void Dispose()
    {
        _goOn.Set();
        _threads.Dispose();
        _goOn.Dispose();
    }

    [Fact]
    public async Task Short_work_goes_before_long_work_and_each_kind_in_its_order()
    {
        Task[] work = [Long("long 1"), Long("long 2"), Short("short 1"), Short("short 2")];
        _threads.Start(["only"]);
        await Phase.Within(Task.WhenAll(work), "the work");
        Assert.Equal(["short 1", "short 2", "long 1", "long 2"], _done);
    }

    [Fact]
    public async Task A_flood_of_short_work_does_not_stop_long_work()
    {
        Task[] work = [Long("long"), Long("long"), .. Enumerable.Range(0, 40).Select(_ => Short("short"))];
        _threads.Start(["only"]);
        await Phase.Within(Task.WhenAll(work), "the work");
        Assert.Equal([16, 33], _done.Index().Where(static done => done.Item == "long").Select(static done => done.Index));
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(3, 2)]
    public async Task Short_work_has_a_thread_whatever_long_work_is_under_way(int threads, int atOnce)
    {
        var begun = 0;
        Task[] held = [.. Enumerable.Range(0, 4).Select(_ => _threads.RunAsync(
            (_, goOn) =>
            {
                Interlocked.Increment(ref begun);
                goOn.Wait();
                return 0;
            },
            _goOn,
            isLong: true))];
        _threads.Start([.. Enumerable.Repeat("tool", threads)]);
        await Phase.Until(() => Volatile.Read(ref begun) == atOnce, "long work is under way");
        for (var i = 0; i < 100; i++)
            await Phase.Within(Short("short"), "short work");
        Assert.Equal(atOnce, begun);
        Assert.Equal(held.Length - atOnce, _threads.Waiting);
        _goOn.Set();
        await Phase.Within(Task.WhenAll(held), "the long work");
    }

    [Fact]
    public async Task What_waits_at_the_end_is_done_and_what_comes_later_is_cancelled()
    {
        Task[] work = [Long("long 1"), Long("long 2"), Short("short")];
        _threads.Start(["first", "second"]);
        _threads.Dispose();
        Assert.All(work, static done => Assert.True(done.IsCompletedSuccessfully));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Short("late"));
    }

    [Fact]
    public async Task A_failure_goes_to_whoever_asked_and_the_thread_goes_on()
    {
        _threads.Start(["only"]);
        await Assert.ThrowsAsync<InvalidOperationException>(
            () => _threads.RunAsync<int, int>(static (_, _) => throw new InvalidOperationException("broken"), 0));
        Assert.Equal("only", await Phase.Within(_threads.RunAsync(static (tool, _) => tool, 0), "the next work"));
    }

    [Fact]
    public async Task Waiting_for_work_allocates_nothing()
    {
        const int Waits = 1_000;
        _threads.Start(["only"]);
        await Allocated();
        var before = await Allocated();
        for (var i = 0; i < Waits; i++)
            await Allocated();
        // The pool's queue, to which results go, may grow.
        Assert.InRange(await Allocated() - before, 0, Waits * 8);
    }

    private Task<long> Allocated() => _threads.RunAsync(static (_, _) => GC.GetAllocatedBytesForCurrentThread(), 0);

    private Task<int> Short(string name) => Run(name, isLong: false);

    private Task<int> Long(string name) => Run(name, isLong: true);

    private Task<int> Run(string name, bool isLong) => _threads.RunAsync(
        static (_, work) =>
        {
            lock (work._done)
                work._done.Add(work.name);
            return 0;
        },
        (_done, name),
        isLong);
}
