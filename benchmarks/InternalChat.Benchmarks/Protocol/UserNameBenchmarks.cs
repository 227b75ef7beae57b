using System.Text;
using BenchmarkDotNet.Attributes;
using InternalChat.Protocol;

namespace InternalChat.Benchmarks.Protocol;

/// <summary>From a name's bytes to what is known of that user. The rival is the same with strings.</summary>
public class UserNameBenchmarks
{
    private const int Names = 10_000;
    private readonly byte[][] _wire = [.. Enumerable.Range(0, Names).Select(i => Encoding.UTF8.GetBytes($"user-{i:D6}"))];
    private readonly Dictionary<UserName, int> _byName = Enumerable.Range(0, Names).ToDictionary(i => UserName.Parse($"user-{i:D6}"));
    private readonly Dictionary<string, int> _byText = Enumerable.Range(0, Names).ToDictionary(i => $"user-{i:D6}");

    [GlobalSetup]
    public void Setup()
    {
        Checked.Equal(Names * (Names - 1) / 2, LookUpText());
        Checked.Equal(Names * (Names - 1) / 2, LookUpName());
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Names)]
    public int LookUpText()
    {
        var sum = 0;
        foreach (var bytes in _wire)
            sum += _byText[Encoding.UTF8.GetString(bytes)];
        return sum;
    }

    [Benchmark(OperationsPerInvoke = Names)]
    public int LookUpName()
    {
        var sum = 0;
        foreach (var bytes in _wire)
        {
            if (UserName.TryParse(bytes, out var name))
                sum += _byName[name];
        }

        return sum;
    }
}
