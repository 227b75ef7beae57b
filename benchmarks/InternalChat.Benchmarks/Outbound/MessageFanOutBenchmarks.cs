using BenchmarkDotNet.Attributes;
using InternalChat.Benchmarks.Engine;
using InternalChat.Protocol.Writing;
using Microsoft.Win32.SafeHandles;

namespace InternalChat.Benchmarks.Outbound;

/// <summary>
/// Messages for so many recipients, four each, per message: appended in the order in which they came, then one flush for each outbound
/// queue. The rival writes and flushes each frame. A flush costs one call to the system.
/// </summary>
public class MessageFanOutBenchmarks
{
    private const int MessagesEach = 4;

    // Every size of the fan-out divides it.
    private const int Messages = 40_000;
    private const int BodyBytes = 100;
    private const long Id = 123_456_789;
    private const long Timestamp = 1_700_000_000;

    private readonly byte[] _body = new byte[BodyBytes];
    private readonly SafeFileHandle _device = NullPipeWriter.OpenDevice();
    private NullPipeWriter[] _bare = [];
    private WriterWithNullEnds? _engine;

    [Params(10, 1_000, 10_000)]
    public int Recipients { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        _bare = [.. Enumerable.Range(0, Recipients).Select(_ => new NullPipeWriter(_device))];
        _engine = new WriterWithNullEnds(Recipients, openTransport: () => new NullPipeWriter(_device));
        var before = _engine.FlushedBytes;
        FlushOnce();
        FlushEach();
        var frames = (long)Messages * ("FROM 123456789 user-000000 1700000000 \n".Length + BodyBytes);
        Checked.Equal(frames, _engine.FlushedBytes - before);
        Checked.Equal(frames, _bare.Sum(static output => output.FlushedBytes));
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        _engine?.Dispose();
        _device.Dispose();
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Messages)]
    public void FlushEach()
    {
        var sender = _engine!.Sessions[0].UserName;
        for (var i = 0; i < Messages; i++)
        {
            var output = _bare[i % Recipients];
            ServerFrames.From(output, Id, sender, Timestamp, _body);
            output.Flush();
        }
    }

    [Benchmark(OperationsPerInvoke = Messages)]
    public void FlushOnce()
    {
        var sessions = _engine!.Sessions;
        var sender = sessions[0].UserName;
        for (var sent = 0; sent < Messages; sent += MessagesEach * Recipients)
        {
            for (var i = 0; i < MessagesEach * Recipients; i++)
            {
                using var scope = sessions[i % Recipients].Outbound.Begin();
                ServerFrames.From(scope.Writer!, Id, sender, Timestamp, _body);
                scope.Holds(Id);
            }

            foreach (var session in sessions)
                session.Outbound.Flush();
        }
    }
}
