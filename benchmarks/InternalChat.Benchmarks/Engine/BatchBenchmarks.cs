using BenchmarkDotNet.Attributes;
using InternalChat.Protocol.Writing;

namespace InternalChat.Benchmarks.Engine;

/// <summary>
/// A message's way without its ends: from its line through the queue and the single writer to the outbound queues of recipient and
/// sender, in batches over a log that keeps nothing. The null end only composes the same frames and flushes as often.
/// </summary>
public class BatchBenchmarks
{
    private const int Messages = 4_096;
    private const int Users = 1_000;
    private const int BodyBytes = 100;

    private readonly byte[][] _lines = new byte[Users][];
    private readonly NullPipeWriter[] _bare = [.. Enumerable.Range(0, Users).Select(static _ => new NullPipeWriter())];
    private readonly byte[] _body = new byte[BodyBytes];
    private WriterWithNullEnds? _engine;
    private int _sender;

    [Params(1, 8, 64, 1_024)]
    public int BatchMessages { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        _engine = new WriterWithNullEnds(Users);
        for (var i = 0; i < Users; i++)
            _lines[i] = WriterWithNullEnds.MessageTo(RecipientOf(i), BodyBytes);

        var before = _engine.FlushedBytes;
        SingleWriter();
        ComposeOnly();
        // All ids of the first round have at most 4 digits.
        const string Frames = "FROM  user-000000 1700000000 \nDELIVERED \n";
        var ids = Enumerable.Range(1, Messages).Sum(static id => 2 * id.ToString().Length);
        Checked.Equal(Messages * (Frames.Length + BodyBytes) + ids, _engine.FlushedBytes - before);
        Checked.Equal(Messages * (Frames.Length + BodyBytes + 2 * 4), _bare.Sum(static output => output.FlushedBytes));
    }

    [GlobalCleanup]
    public void CleanUp() => _engine?.Dispose();

    [Benchmark(Baseline = true, OperationsPerInvoke = Messages)]
    public void ComposeOnly()
    {
        const long Id = 1_234;
        for (var sent = 0; sent < Messages; sent += BatchMessages)
        {
            for (var i = 0; i < BatchMessages; i++)
            {
                ServerFrames.From(_bare[RecipientOf(_sender)], Id, _engine!.Sessions[_sender].UserName, 1_700_000_000, _body);
                ServerFrames.Delivered(_bare[_sender], Id);
                _sender = (_sender + 1) % Users;
            }

            FlushLast();
        }
    }

    [Benchmark(OperationsPerInvoke = Messages)]
    public void SingleWriter()
    {
        for (var sent = 0; sent < Messages; sent += BatchMessages)
        {
            for (var i = 0; i < BatchMessages; i++)
            {
                _engine!.Submit(_sender, _lines[_sender]);
                _sender = (_sender + 1) % Users;
            }

            _engine!.ProcessBatch();
        }
    }

    /// <summary>Each user writes to the one half-way round.</summary>
    private static int RecipientOf(int sender) => (sender + (Users / 2)) % Users;

    private void FlushLast()
    {
        for (var i = 1; i <= BatchMessages; i++)
        {
            var sender = (_sender - i + (2 * Users)) % Users;
            Flush(_bare[RecipientOf(sender)]);
            Flush(_bare[sender]);
        }
    }

    private static void Flush(NullPipeWriter output)
    {
        if (output.UnflushedBytes > 0)
            output.Flush();
    }
}
