using System.Diagnostics;
using System.IO.Pipelines;
using InternalChat.Engine.Connections;
using InternalChat.Engine.Operations;
using InternalChat.Engine.Sessions;
using InternalChat.Engine.Tests.Harness;
using InternalChat.Engine.Writing;
using Microsoft.Extensions.Time.Testing;

namespace InternalChat.Engine.Tests;

public sealed class CommitPacingTests
{
    private static readonly TimeSpan Millisecond = TimeSpan.FromMilliseconds(1);

    private readonly FakeTimeProvider _time = new();
    private readonly CommitPacing _pacing;

    public CommitPacingTests() => _pacing = new CommitPacing(_time);

    [Theory]
    [InlineData(5, 2_500)]
    [InlineData(2, 100)]
    [InlineData(50, 10_000)]
    public void Gathers_where_many_send_now_and_then(int messagesInMillisecond, int senders)
    {
        var crowd = Crowd(senders);
        Pass(200, millisecond => Round(crowd, millisecond * messagesInMillisecond, messagesInMillisecond));
        Assert.True(_pacing.IsGathering);
    }

    [Theory]
    [InlineData(5, 1)]
    [InlineData(50, 50)]
    [InlineData(5, 40)]
    public void Does_not_gather_where_senders_send_again_soon_after_their_answer(int messagesInMillisecond, int senders)
    {
        var crowd = Crowd(senders);
        Pass(200, millisecond => Round(crowd, millisecond * messagesInMillisecond, messagesInMillisecond));
        Assert.False(_pacing.IsGathering);
    }

    [Fact]
    public void Does_not_gather_for_a_sender_that_sends_much_at_a_time()
    {
        var crowd = Crowd(1_000);
        Pass(200, millisecond => Enumerable.Repeat(crowd[millisecond], 64));
        Assert.False(_pacing.IsGathering);
    }

    [Fact]
    public void Does_not_gather_what_is_committed_seldom()
    {
        var crowd = Crowd(1_000);
        Pass(200, millisecond => Round(crowd, millisecond, 1));
        Assert.False(_pacing.IsGathering);
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(2, false)]
    public void Few_who_wait_for_answers_do_not_keep_it_from_gathering_and_more_do(int waiting, bool gathers)
    {
        var crowd = Crowd(2_000);
        var pair = Crowd(waiting);
        Pass(200, millisecond => Round(crowd, millisecond * 20, 20).Concat(pair));
        Assert.Equal(gathers, _pacing.IsGathering);
    }

    [Fact]
    public void Ends_when_those_who_wait_for_answers_take_over_and_when_it_grows_quiet()
    {
        var crowd = Crowd(2_000);
        Pass(200, millisecond => Round(crowd, millisecond * 5, 5));
        Pass(101, _ => Round(crowd, 0, 5));
        Assert.False(_pacing.IsGathering);

        Pass(200, millisecond => Round(crowd, millisecond * 5, 5));
        Assert.True(_pacing.IsGathering);
        _time.Advance(TimeSpan.FromSeconds(1));
        Pass(1, _ => Round(crowd, 1_500, 1));
        Assert.False(_pacing.IsGathering);
    }

    [Fact]
    public void Logins_and_marks_do_not_count()
    {
        var crowd = Crowd(2_000);
        Pass(200, millisecond => Round(crowd, millisecond * 10, 10), OperationKind.Acknowledged);
        Assert.False(_pacing.IsGathering);
    }

    [Fact]
    public async Task The_writer_commits_no_oftener_than_once_a_gathering_time_while_it_gathers()
    {
        const int Senders = 250;
        const int Commits = 20;
        await using var server = new TestServer(time: _time);
        await server.Register("bob");
        var crowd = new List<TestClient>();
        for (var i = 0; i < Senders; i++)
            crowd.Add(await server.LogInAs($"sender-{i}"));
        await AskAll(crowd.SkipLast(Commits + 1));
        _time.Advance(TimeSpan.FromMilliseconds(100));
        await AskAll(crowd.SkipLast(Commits).TakeLast(1));

        var commits = new List<long>();
        server.Store.BeforeCommit = () => commits.Add(Stopwatch.GetTimestamp());
        await AskAll(crowd.TakeLast(Commits));
        Assert.Equal(Commits, commits.Count);
        // A busy machine makes them longer, nothing makes them shorter; clocks are forgiven a tenth.
        Assert.All(
            commits.Zip(commits.Skip(1)),
            static pair => Assert.True(Stopwatch.GetElapsedTime(pair.First, pair.Second) >= 0.9 * CommitPacing.GatherTime));
    }

    private static async Task AskAll(IEnumerable<TestClient> clients)
    {
        foreach (var client in clients)
            Assert.StartsWith("OK queued ", await client.Ask("MSG bob hi"), StringComparison.Ordinal);
    }

    private static Session[] Crowd(int size) => [.. Enumerable.Range(0, size).Select(static _ => new Session(
        new ChatConnection(new NoTransport(new Pipe()), static () => { }), maxWaitingBytes: 0, acceptedAt: 0)
    {
        InFlight = new InFlightOperations(),
    })];

    /// <summary>Some of a crowd, each in turn.</summary>
    private static IEnumerable<Session> Round(Session[] crowd, int first, int count) =>
        Enumerable.Range(first, count).Select(i => crowd[i % crowd.Length]);

    /// <summary>So many milliseconds, with a batch in each.</summary>
    private void Pass(int milliseconds, Func<int, IEnumerable<Session>> senders, OperationKind kind = OperationKind.Message)
    {
        for (var i = 0; i < milliseconds; i++)
        {
            _time.Advance(Millisecond);
            _pacing.Note([.. senders(i).Select(sender => new Operation { Kind = kind, Session = sender })]);
        }
    }

    private sealed record NoTransport(Pipe Pipe) : IDuplexPipe
    {
        public PipeReader Input => Pipe.Reader;

        public PipeWriter Output => Pipe.Writer;
    }
}
