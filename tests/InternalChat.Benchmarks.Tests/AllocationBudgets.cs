using System.Text.Json;

namespace InternalChat.Benchmarks.Tests;

/// <summary>The file of budgets: a benchmark's full name, parameters included, and the bytes that one operation may allocate.</summary>
internal static class AllocationBudgets
{
    public static IReadOnlyDictionary<string, double> All { get; } = JsonSerializer.Deserialize<Dictionary<string, double>>(
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "allocation-budgets.json")))!;

    /// <summary>What a benchmark is over its budget by.</summary>
    /// <returns>A sentence for people; null where it keeps to its budget.</returns>
    public static string? Violation(string name, Action invoke, int operations, double budget)
    {
        var allocated = AllocationMeter.BytesPerOperation(invoke, operations, budget);
        return allocated <= budget ? null : $"{name} allocates {allocated:F3} bytes an operation; its budget is {budget:F3}.";
    }
}
