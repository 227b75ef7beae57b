using CsCheck;
using InternalChat.Engine.Options;
using InternalChat.Engine.Sessions;
using InternalChat.Engine.Tests.Harness;
using Microsoft.Extensions.Time.Testing;

namespace InternalChat.Engine.Tests;

public sealed class RateLimitTests
{
    private static readonly EngineOptions Limited = TestServer.Quiet with { Live = Allowing(3, 10) };

    [Fact]
    public async Task The_window_slides_exactly()
    {
        var time = new FakeTimeProvider();
        await using var server = new TestServer(Limited, time);
        await server.Register("bob");
        var alice = await server.LogInAs("alice");
        Assert.Equal("OK queued 1", await alice.Ask("MSG bob a"));
        time.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal("OK queued 2", await alice.Ask("MSG bob b"));
        Assert.Equal("OK queued 3", await alice.Ask("MSG bob c"));
        await Refused(alice);
        time.Advance(TimeSpan.FromSeconds(6) - TimeSpan.FromMilliseconds(1));
        await Refused(alice);
        time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal("OK queued 4", await alice.Ask("MSG bob d"));
        await Refused(alice);
        time.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal("OK queued 5", await alice.Ask("MSG bob e"));
        Assert.Equal("OK queued 6", await alice.Ask("MSG bob f"));
        await Refused(alice);
    }

    [Fact]
    public async Task A_reconnect_does_not_help()
    {
        var time = new FakeTimeProvider();
        await using var server = new TestServer(Limited, time);
        await server.Register("bob");
        for (var message = 1; message <= 3; message++)
        {
            var alice = await server.LogInAs("alice");
            Assert.Equal($"OK queued {message}", await alice.Ask("MSG bob hi"));
            await alice.Quit();
            time.Advance(TimeSpan.FromSeconds(1));
        }

        var again = await server.LogInAs("alice");
        await Refused(again);
        time.Advance(TimeSpan.FromSeconds(7));
        Assert.Equal("OK queued 4", await again.Ask("MSG bob hi"));
        await Refused(again);
    }

    [Fact]
    public async Task What_is_refused_before_the_rate_check_does_not_count_and_what_after_it_does()
    {
        await using var server = new TestServer(Limited, new FakeTimeProvider());
        await server.Register("bob");
        var alice = await server.LogInAs("alice");
        for (var i = 0; i < 5; i++)
        {
            Assert.StartsWith("ERROR INVALID_TARGET ", await alice.Ask("MSG a! hi"), StringComparison.Ordinal);
            Assert.StartsWith("ERROR INVALID_TARGET ", await alice.Ask("MSG alice hi"), StringComparison.Ordinal);
            Assert.StartsWith("ERROR MESSAGE_TOO_LONG ", await alice.Ask("MSG bob " + new string('x', 4_097)), StringComparison.Ordinal);
            Assert.StartsWith("ERROR BAD_REQUEST ", await alice.Ask("MSG bob"), StringComparison.Ordinal);
        }

        Assert.StartsWith("ERROR UNKNOWN_TARGET ", await alice.Ask("MSG nobody hi"), StringComparison.Ordinal);
        Assert.Equal("OK queued 1", await alice.Ask("MSG bob hi"));
        Assert.Equal("OK queued 2", await alice.Ask("MSG bob hi"));
        await Refused(alice);
    }

    [Fact]
    public void No_window_ever_holds_more_than_the_limit() => Check.Sample(
        Gen.Select(Gen.Int[1, 6], Gen.Int[1, 40], Gen.Int[0, 15].Array[0, 200]),
        static (limit, window, gaps) =>
        {
            var sliding = new SlidingWindow(new RateLimit(limit, TimeSpan.FromSeconds(window)), frequency: 1);
            var accepted = new List<long>();
            var now = 0L;
            foreach (var gap in gaps)
            {
                now += gap;
                var inWindow = accepted.Count(at => now - at < window);
                Assert.Equal(inWindow < limit, sliding.TryAccept(now));
                if (inWindow < limit)
                    accepted.Add(now);
                Assert.Equal(accepted.TrueForAll(at => now - at >= window), sliding.IsOver(now));
            }
        });

    [Fact]
    public void A_window_goes_on_under_another_limit() => Check.Sample(
        Gen.Select(Gen.Int[1, 6], Gen.Int[1, 6], Gen.Int[1, 40], Gen.Int[0, 15].Array[0, 60]),
        static (before, after, window, gaps) =>
        {
            var length = TimeSpan.FromSeconds(window);
            var sliding = new SlidingWindow(new RateLimit(before, length), frequency: 1);
            var accepted = new List<long>();
            var now = 0L;
            foreach (var (index, gap) in gaps.Index())
            {
                now += gap;
                var limit = before;
                if (index >= gaps.Length / 2)
                {
                    limit = after;
                    sliding = new SlidingWindow(new RateLimit(after, length), frequency: 1, sliding);
                }

                var inWindow = accepted.Count(at => now - at < window);
                Assert.Equal(inWindow < limit, sliding.TryAccept(now));
                if (inWindow < limit)
                    accepted.Add(now);
            }
        });

    private static LiveOptions Allowing(int messages, int seconds) =>
        TestServer.QuietLive with { RateLimit = new RateLimit(messages, TimeSpan.FromSeconds(seconds)) };

    private static async Task Refused(TestClient client) =>
        Assert.StartsWith("ERROR RATE_LIMIT ", await client.Ask("MSG bob hi"), StringComparison.Ordinal);
}
