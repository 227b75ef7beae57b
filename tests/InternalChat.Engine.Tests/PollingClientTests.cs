using InternalChat.Engine.Tests.Harness;
using InternalChat.TestKit.Metrics;
using Microsoft.Extensions.Time.Testing;

namespace InternalChat.Engine.Tests;

/// <summary>A client that sends all that it has to say in one piece gets the messages that wait for it before it is let go.</summary>
public sealed class PollingClientTests
{
    private const string Login = "AUTH bob password";
    private const int Body = 1_000;

    [Theory]
    [InlineData(1, 5)]
    [InlineData(3, Body)]
    [InlineData(300, Body)]
    [InlineData(3_000, 5)]
    public async Task Gets_all_messages_that_wait_before_the_answer_to_QUIT(int messages, int bodyBytes)
    {
        await using var server = new TestServer();
        var alice = await Queue(server, messages, bodyBytes);
        var bob = server.Connect();
        bob.SendLines([Login, "PING", "QUIT", "PING"]);
        var lines = await bob.ReadToEnd();
        Assert.Equal(("OK authenticated", "OK bye"), (lines[0], lines[^1]));
        Assert.Equal(Enumerable.Range(1, messages), Ids(lines));
        Assert.Single(lines, static line => line == "PONG");
        Assert.All(await alice.Lines(messages), static line => Assert.StartsWith("DELIVERED ", line, StringComparison.Ordinal));
        Assert.Empty(await server.TakePending("bob"));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(300)]
    public async Task Gets_all_messages_that_wait_before_the_end_where_it_shuts_down_its_sending_side(int messages)
    {
        await using var server = new TestServer();
        await Queue(server, messages, Body);
        var bob = server.Connect();
        bob.SendLines([Login, "PING"]);
        bob.HalfClose();
        Assert.Equal(Enumerable.Range(1, messages), Ids(await bob.ReadToEnd()));
        Assert.Empty(await server.TakePending("bob"));
    }

    [Theory]
    [InlineData(Body)]
    [InlineData(5)]
    public async Task Other_commands_wait_for_the_first_32_KiB_of_messages_and_no_longer(int bodyBytes)
    {
        using var goOn = new ManualResetEventSlim();
        GatedPipeWriter? output = null;
        var lines = new List<string>();
        await using var server = new TestServer(readerOver: reader => new InterceptedReader(reader)
        {
            BeforeWalk = () =>
            {
                if (output?.TotalBytes > 56 * 1024)
                    goOn.Wait();
            },
        });
        try
        {
            await Queue(server, 3_000, bodyBytes);
            var bob = server.Connect(wrapOutput: inner => output = new GatedPipeWriter(inner));
            bob.SendLines([Login, "PING"]);
            lines = await bob.LinesUntil(static line => line == "PONG", "the reply");
        }
        finally
        {
            goOn.Set();
        }

        var bytes = lines.Where(static line => line.StartsWith("FROM ", StringComparison.Ordinal)).Sum(static line => line.Length + 1);
        Assert.InRange(bytes, 32 * 1024, 100 * 1024);
    }

    [Fact]
    public async Task A_client_that_answers_each_message_while_it_does_not_read_does_not_stand_still()
    {
        await using var server = new TestServer();
        var alice = await Queue(server, 200, Body);
        var bob = server.Connect(pauseAt: 4_096);
        bob.Send(Login);
        await Phase.Until(() => bob.HasUnread, "the first messages");
        bob.SendLines(Enumerable.Range(1, 100).Select(static id => $"READ {id}"));
        // Though bob has not read a line since.
        var receipts = 0;
        while (receipts < 100)
            receipts += await alice.Line("a receipt") is { } line && line.StartsWith("READ ", StringComparison.Ordinal) ? 1 : 0;
        bob.Send("QUIT");
        var lines = await bob.ReadToEnd();
        Assert.Equal("OK bye", lines[^1]);
        Assert.Equal(Enumerable.Range(1, 200), Ids(lines));
        Assert.Equal(100, lines.Count(static line => line.StartsWith("OK read ", StringComparison.Ordinal)));
    }

    /// <summary>
    /// The transport still takes more when the next messages are read, and no longer when they are appended, because of replies.
    /// </summary>
    [Fact]
    public async Task Commands_of_a_client_that_sends_while_it_does_not_read_go_on_whatever_its_messages_wait_behind()
    {
        using var goOn = new ManualResetEventSlim();
        using var readings = new MeterReadings();
        var isHeld = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        GatedPipeWriter? output = null;
        await using var server = new TestServer(meter: readings.Meter, readerOver: reader => new InterceptedReader(reader)
        {
            BeforeWalk = () =>
            {
                if (!(output?.TotalBytes >= 48 * 1024))
                    return;
                isHeld.TrySetResult();
                goOn.Wait();
            },
        });
        try
        {
            var alice = await Queue(server, 200, Body);
            var bob = server.Connect(pauseAt: 70_000, wrapOutput: inner => output = new GatedPipeWriter(inner));
            bob.Send(Login);
            await Phase.Within(isHeld.Task, "the third chunk");
            bob.SendLines(Enumerable.Repeat("PING", 3_000));
            await WaitingReaches(10_000, "a transport that takes no more");
            bob.SendLines(Enumerable.Repeat("PING", 3_000));
            await WaitingReaches(30_000, "replies behind those");
            goOn.Set();
            await WaitingReaches(55_000, "the chunk behind the replies");
            bob.Send("MSG alice hi");
            await alice.LinesUntil(static line => line.StartsWith("FROM ", StringComparison.Ordinal), "bob's message");
        }
        finally
        {
            goOn.Set();
        }

        Task WaitingReaches(int bytes, string phase) =>
            Phase.Until(() => readings.Observe("internalchat.outbound.waiting") >= bytes, phase);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_client_that_quits_and_takes_nothing_is_cut_when_its_time_is_over_and_loses_nothing(bool quits)
    {
        await using var server = new TestServer(TestServer.Quiet with { CloseTimeout = TimeSpan.FromMilliseconds(50) });
        await Queue(server, 100, Body);
        var progress = new FakeProgress();
        var bob = server.Connect(progress: progress, pauseAt: 4_096);
        bob.SendLines(quits ? [Login, "PING", "QUIT"] : [Login, "PING"]);
        if (!quits)
            bob.HalfClose();
        await Phase.Within(bob.Served, "the end");
        await Phase.Within(bob.Aborted, "the cut");
        Assert.Equal(Enumerable.Range(1, 100), Ids(await server.TakePending("bob")));
    }

    [Fact]
    public async Task A_slow_client_to_whom_everything_is_on_its_way_makes_room_for_a_login_of_its_user()
    {
        var time = new FakeTimeProvider();
        await using var server = new TestServer(TestServer.Quiet with { CloseTimeout = TimeSpan.FromSeconds(3) }, time);
        await Queue(server, 100, Body);
        var progress = new FakeProgress();
        var slow = server.Connect(progress: progress);
        slow.SendLines([Login, "QUIT"]);
        await slow.LinesUntil(static line => line == "OK bye", "everything that waited");
        for (var seconds = 0; seconds < 10; seconds++)
            TakeALittle();
        Assert.False(slow.Served.IsCompleted);
        var again = server.Connect();
        again.Send(Login);
        await Phase.Until(
            () =>
            {
                TakeALittle();
                return again.HasUnread;
            },
            "the login's answer");
        Assert.Equal("OK authenticated", await again.Line());
        await Phase.Within(slow.Aborted, "the cut");

        void TakeALittle()
        {
            progress.AcknowledgedBytes++;
            time.Advance(TimeSpan.FromSeconds(1));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_slow_client_has_as_long_as_it_goes_on_taking(bool quits)
    {
        var time = new FakeTimeProvider();
        await using var server = new TestServer(TestServer.Quiet with { CloseTimeout = TimeSpan.FromSeconds(3) }, time);
        await Queue(server, 100, Body);
        var progress = new FakeProgress();
        var bob = server.Connect(progress: progress, pauseAt: 4_096);
        bob.SendLines(quits ? [Login, "QUIT"] : [Login]);
        if (!quits)
            bob.HalfClose();
        var lines = new List<string>();
        while (await bob.TryLine() is { } line)
        {
            lines.Add(line);
            progress.AcknowledgedBytes = bob.ReceivedBytes;
            time.Advance(TimeSpan.FromSeconds(1));
            // What looks at the clock has seen the progress before more time passes.
            await Task.Yield();
        }

        Assert.Equal(Enumerable.Range(1, 100), Ids(lines));
        if (quits)
            Assert.Equal("OK bye", lines[^1]);
    }

    [Fact]
    public async Task Gets_nothing_twice_where_the_operator_shows_it_the_door_meanwhile()
    {
        await using var server = new TestServer();
        await Queue(server, 100, Body);
        var bob = server.Connect(pauseAt: 4_096);
        bob.SendLines([Login, "QUIT"]);
        await Phase.Until(() => bob.HasUnread, "the first messages");
        server.Engine.BeginShutdown();
        var lines = await bob.ReadToEnd();
        Assert.Equal(Ids(lines), Enumerable.Range(1, Ids(lines).Count));
    }

    /// <summary>Messages for bob, who is away.</summary>
    private static async Task<TestClient> Queue(TestServer server, int messages, int bodyBytes)
    {
        await server.Register("bob");
        var alice = await server.LogInAs("alice");
        alice.SendLines(Enumerable.Repeat($"MSG bob {new string('x', bodyBytes)}", messages));
        await alice.Lines(messages);
        return alice;
    }

    private static List<int> Ids(List<string> lines) =>
    [
        .. lines.Where(static line => line.StartsWith("FROM ", StringComparison.Ordinal)).Select(static line => int.Parse(
            line.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture)),
    ];
}
