namespace InternalChat.Benchmarks.Tests;

/// <summary>The gate itself: what allocates does not get through, wherever it does so, and what does not allocate does.</summary>
[Collection(nameof(AllocationBudgetTests))]
public sealed class AllocationMeterTests
{
    private const int Operations = 1_000;

    // What an object of one reference takes on a 64-bit system.
    private const int ObjectBytes = 24;

    private readonly object?[] _kept = new object?[Operations];

    [Fact]
    public void An_object_for_each_operation_is_over_a_budget_of_nothing()
    {
        var violation = AllocationBudgets.Violation("Suite.Benchmark", AllocateForEach(1), Operations, budget: 0);
        Assert.Equal("Suite.Benchmark allocates 24.000 bytes an operation; its budget is 0.000.", violation);
    }

    [Fact]
    public void One_object_in_a_thousand_operations_is_over_a_budget_of_nothing() =>
        Assert.NotNull(AllocationBudgets.Violation("Suite.Benchmark", AllocateForEach(Operations), Operations, budget: 0));

    [Fact]
    public void What_keeps_to_its_budget_passes()
    {
        Assert.Null(AllocationBudgets.Violation("Suite.Benchmark", AllocateForEach(1), Operations, budget: ObjectBytes));
        Assert.NotNull(AllocationBudgets.Violation("Suite.Benchmark", AllocateForEach(1), Operations, budget: ObjectBytes - 0.1));
    }

    [Fact]
    public void What_allocates_nothing_passes() =>
        Assert.Null(AllocationBudgets.Violation("Suite.Benchmark", () => Array.Clear(_kept), Operations, budget: 0));

    [Fact]
    public void An_object_made_on_another_thread_counts()
    {
        using var asked = new SemaphoreSlim(0);
        using var done = new SemaphoreSlim(0);
        using var stop = new CancellationTokenSource();
        var allocate = AllocateForEach(1);
        var other = new Thread(() =>
        {
            for (asked.Wait(); !stop.IsCancellationRequested; asked.Wait())
            {
                allocate();
                done.Release();
            }
        });
        other.Start();
        var violation = AllocationBudgets.Violation("Suite.Benchmark", Ask, Operations, budget: 0);
        stop.Cancel();
        asked.Release();
        other.Join();
        Assert.NotNull(violation);

        void Ask()
        {
            asked.Release();
            done.Wait();
        }
    }

    private Action AllocateForEach(int operations) => () =>
    {
        for (var i = 0; i < Operations; i += operations)
            _kept[i] = new Reference(_kept);
    };

    private sealed record Reference(object Value);
}
