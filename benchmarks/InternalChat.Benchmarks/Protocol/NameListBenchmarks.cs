using System.Buffers;
using System.Text;
using BenchmarkDotNet.Attributes;
using InternalChat.Protocol;
using InternalChat.Protocol.Writing;

namespace InternalChat.Benchmarks.Protocol;

/// <summary>LIST's reply, per name. The rival joins strings.</summary>
public class NameListBenchmarks
{
    private const int Names = 10_000;
    private readonly ArrayBufferWriter<byte> _output = new(1 << 20);
    private readonly UserName[] _names = [.. Enumerable.Range(0, Names).Select(i => UserName.Parse($"user-{i:D6}"))];
    private readonly string[] _texts = [.. Enumerable.Range(0, Names).Select(i => $"user-{i:D6}")];

    [GlobalSetup]
    public void Setup()
    {
        Join();
        var joined = Encoding.UTF8.GetString(_output.WrittenSpan);
        Write();
        Checked.Equal(joined, Encoding.UTF8.GetString(_output.WrittenSpan).Replace("\nINFO online: ", ", "));
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Names)]
    public int Join()
    {
        _output.ResetWrittenCount();
        Encoding.UTF8.GetBytes($"INFO online: {string.Join(", ", _texts)}\n", _output);
        return _output.WrittenCount;
    }

    [Benchmark(OperationsPerInvoke = Names)]
    public int Write()
    {
        _output.ResetWrittenCount();
        var list = NameListWriter.Online();
        foreach (var name in _names)
            list.Add(_output, name);
        list.Complete(_output);
        return _output.WrittenCount;
    }
}
