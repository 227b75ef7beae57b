using InternalChat.Engine.Commands;
using InternalChat.Engine.Delivery;
using InternalChat.Engine.Diagnostics;
using InternalChat.Engine.Options;
using InternalChat.Engine.Presence;
using InternalChat.Engine.Reading;
using InternalChat.Engine.Sessions;
using InternalChat.Engine.Tests.Harness;
using InternalChat.Protocol;
using InternalChat.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace InternalChat.Engine.Tests.Reading;

/// <summary>What others have waiting for them holds up nobody's login and no thread that carries bytes.</summary>
public sealed class BacklogTests
{
    [Fact]
    public async Task A_login_and_its_history_do_not_wait_for_those_who_catch_up()
    {
        using var goOn = new ManualResetEventSlim();
        var walks = new SemaphoreSlim(0);
        await using var server = new TestServer(readerOver: reader => new InterceptedReader(reader)
        {
            BeforeWalk = () =>
            {
                walks.Release();
                goOn.Wait();
            },
        });
        try
        {
            string[] away = ["bob", "carol", "dave", "erin"];
            await server.Register(away);
            var (alice, writer) = (await server.LogInAs("alice"), await server.LogInAs("frank"));
            Assert.Equal("DELIVERED 1", await writer.Ask("MSG alice hi"));
            Assert.StartsWith("FROM 1 ", await alice.Line("the message"), StringComparison.Ordinal);
            await writer.Quit();
            foreach (var name in away)
                Assert.StartsWith("OK queued ", await alice.Ask($"MSG {name} hi"), StringComparison.Ordinal);
            // Verified passwords are remembered no longer: each login reads the store.
            await server.Restart();
            var back = new List<TestClient>();
            foreach (var name in away)
                back.Add(await server.LogInAs(name));
            await Phase.Within(walks.WaitAsync(TestContext.Current.CancellationToken), "a walk");

            var frank = await server.LogInAs("frank");
            Assert.Equal("INFO history_count 1", await frank.Ask("HISTORY alice"));
            Assert.Matches("^INFO history 1 frank [0-9]+ hi$", await frank.Line("the history"));

            goOn.Set();
            foreach (var client in back)
                Assert.StartsWith("FROM ", await client.Line("the message that waited"), StringComparison.Ordinal);
        }
        finally
        {
            goOn.Set();
        }
    }

    [Fact]
    public async Task A_catch_up_that_finds_few_messages_at_a_time_lets_others_go_first()
    {
        await using var server = new TestServer();
        await server.Register("bob");
        var alice = await server.LogInAs("alice");
        for (var i = 0; i < 9; i++)
            await alice.Ask("MSG bob hi");
        using var reader = new InterceptedReader(server.Database.CreateReader()) { IsSparse = true };
        var bob = new UserSessions(reader.FindAccount("bob")!.Value.Id, UserName.Parse("bob"));
        var stretch = new CatchUpStretch(Idle.LoggedIn(bob), after: 0, through: 9);
        var messages = 0;
        var slices = 0;
        for (var isAtEnd = false; !isAtEnd; slices++)
        {
            var before = reader.Walks;
            var chunk = stretch.ReadChunk(reader);
            Assert.InRange(reader.Walks - before, 1, 2);
            messages += chunk.Count;
            isAtEnd = chunk.ReachedEnd != 0;
            chunk.Release();
        }

        Assert.Equal(9, messages);
        Assert.InRange(slices, 5, 11);
    }

    [Fact]
    public async Task Senders_hear_of_what_was_handed_over_before_a_catch_up_could_not_read_on()
    {
        var walks = 0;
        await using var server = new TestServer(readerOver: reader => new InterceptedReader(reader)
        {
            IsSparse = true,
            BeforeWalk = () =>
            {
                if (Interlocked.Increment(ref walks) > 1)
                    throw new StorageException("The disk is on fire.");
            },
        });
        await server.Register("bob");
        var alice = await server.LogInAs("alice");
        Assert.Equal("OK queued 1", await alice.Ask("MSG bob first"));
        Assert.Equal("OK queued 2", await alice.Ask("MSG bob second"));
        var bob = await server.LogInAs("bob");
        Assert.StartsWith("FROM 1 ", await bob.Line("the message that could be read"), StringComparison.Ordinal);
        Assert.Single(await bob.ReadToEnd());
        Assert.Equal("DELIVERED 1", await alice.Ask("PING"));
    }

    [Theory]
    [InlineData(PresenceMode.All)]
    [InlineData(PresenceMode.Contacts)]
    [InlineData(PresenceMode.Off)]
    public void Whoever_asks_for_a_list_goes_through_the_users_on_a_readers_thread(PresenceMode mode)
    {
        var current = new CurrentOptions(new LiveOptions { Presence = mode });
        var registry = new SessionRegistry(current, TimeProvider.System);
        var session = Idle.LoggedIn(registry.UserOf(1, UserName.Parse("alice")));
        registry.SetOnline(session);
        var readers = new NoReaders();
        var list = new ListCommand(
            new Replies(new EngineMetrics()), current, new PresenceRule(registry, readers), new KnownNames(readers),
            new ReadingBudget(current, new EngineMetrics(), TimeProvider.System), readers, NullLogger.Instance);
        var step = list.List(session, default);
        Assert.False(step.Task!.IsCompleted);
        Assert.Equal(1, readers.Waiting);
        Assert.Equal(0, session.Outbound.Position().Bytes);
    }

    /// <summary>Never gets round to anything.</summary>
    private sealed class NoReaders : IReaders
    {
        public int Waiting { get; private set; }

        public Task<TResult> ShortAsync<TState, TResult>(Func<IStoreReader, TState, TResult> read, TState state, long user = 0) =>
            Wait<TResult>();

        public Task<TResult> LongAsync<TState, TResult>(Func<IStoreReader, TState, TResult> read, TState state, long user = 0) =>
            Wait<TResult>();

        private Task<TResult> Wait<TResult>()
        {
            Waiting++;
            return new TaskCompletionSource<TResult>().Task;
        }
    }
}
