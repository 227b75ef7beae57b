using System.Reflection;
using BenchmarkDotNet.Running;

namespace InternalChat.Benchmarks.Tests;

/// <summary>One benchmark, set up in this process. Disposing it cleans up after it.</summary>
internal sealed class BenchmarkRun : IDisposable
{
    private readonly Descriptor _descriptor;
    private readonly object _suite;
    private readonly Action _invoke;

    public BenchmarkRun(BenchmarkCase benchmark)
    {
        _descriptor = benchmark.Descriptor;
        _suite = Activator.CreateInstance(_descriptor.Type)!;
        foreach (var parameter in benchmark.Parameters.Items)
            Set(_suite, parameter.Name, parameter.Value);
        _invoke = Invoker(_descriptor.WorkloadMethod, _suite);
        Call(_descriptor.GlobalSetupMethod);
    }

    /// <summary>Operations of one <see cref="Invoke"/>.</summary>
    public int Operations => _descriptor.OperationsPerInvoke;

    /// <summary>Whether each invocation wants a setup of its own.</summary>
    public bool IsSetUpEachTime => _descriptor.IterationSetupMethod is not null || _descriptor.IterationCleanupMethod is not null;

    /// <summary>Runs the benchmark once. Allocates nothing itself where the suite is not set up each time.</summary>
    public void Invoke()
    {
        Call(_descriptor.IterationSetupMethod);
        _invoke();
        Call(_descriptor.IterationCleanupMethod);
    }

    public void Dispose() => Call(_descriptor.GlobalCleanupMethod);

    private static void Set(object suite, string name, object? value)
    {
        if (suite.GetType().GetProperty(name) is { } property)
            property.SetValue(suite, value);
        else
            suite.GetType().GetField(name)!.SetValue(suite, value);
    }

    /// <summary>A call that does not go through reflection, which would box the result.</summary>
    private static Action Invoker(MethodInfo method, object suite)
    {
        if (method.ReturnType == typeof(void))
            return method.CreateDelegate<Action>(suite);
        var typed = typeof(BenchmarkRun).GetMethod(nameof(Consuming), BindingFlags.NonPublic | BindingFlags.Static)!;
        return (Action)typed.MakeGenericMethod(method.ReturnType).Invoke(null, [method, suite])!;
    }

    private static Action Consuming<TResult>(MethodInfo method, object suite)
    {
        var benchmark = method.CreateDelegate<Func<TResult>>(suite);
        return () =>
        {
            if (benchmark() is Task task)
                task.GetAwaiter().GetResult();
        };
    }

    private void Call(MethodInfo? method)
    {
        if (method?.Invoke(_suite, null) is Task task)
            task.GetAwaiter().GetResult();
    }
}
