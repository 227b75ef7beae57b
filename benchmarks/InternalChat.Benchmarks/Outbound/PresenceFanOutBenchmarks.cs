using System.Buffers;
using BenchmarkDotNet.Attributes;
using InternalChat.Benchmarks.Engine;
using InternalChat.Engine.Options;
using InternalChat.Engine.Sessions;
using InternalChat.Protocol.Writing;
using Microsoft.Win32.SafeHandles;

namespace InternalChat.Benchmarks.Outbound;

/// <summary>
/// One window of presence: so many users came, or went, and everybody online is told. The rival writes and flushes each frame to each.
/// A flush costs one call to the system.
/// </summary>
public class PresenceFanOutBenchmarks
{
    private readonly ArrayBufferWriter<byte> _frame = new();
    private readonly SafeFileHandle _device = NullPipeWriter.OpenDevice();
    private NullPipeWriter[] _bare = [];
    private WriterWithNullEnds? _engine;
    private Session[] _changing = [];
    private bool _areOnline;

    [Params(10, 1_000, 10_000)]
    public int Sessions { get; set; }

    [Params(1, 100)]
    public int Changes { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        _bare = [.. Enumerable.Range(0, Sessions).Select(_ => new NullPipeWriter(_device))];
        _engine = new WriterWithNullEnds(Sessions + Changes, PresenceMode.All, () => new NullPipeWriter(_device));
        _changing = _engine.Sessions[Sessions..];
        foreach (var session in _changing)
            _engine.LogOut(session);
        _engine.Time.Strike();

        var before = _engine.FlushedBytes;
        Broadcast();
        var frames = _engine.FlushedBytes - before;
        Checked.Equal((long)Sessions * Changes * "INFO user_online user-000000\n".Length, frames);
        WriteAndFlushEach();
        Checked.Equal(frames, _bare.Sum(static output => output.FlushedBytes));
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        _engine?.Dispose();
        _device.Dispose();
    }

    [Benchmark(Baseline = true)]
    public void WriteAndFlushEach()
    {
        foreach (var session in _changing)
        {
            _frame.ResetWrittenCount();
            ServerFrames.UserOnline(_frame, session.UserName);
            foreach (var output in _bare)
            {
                output.Write(_frame.WrittenSpan);
                output.Flush();
            }
        }
    }

    [Benchmark]
    public void Broadcast()
    {
        foreach (var session in _changing)
        {
            if (_areOnline)
                _engine!.Presence.WentOffline(session.User);
            else
                _engine!.Presence.CameOnline(session.User);
        }

        _areOnline = !_areOnline;
        _engine!.Time.Strike();
    }
}
