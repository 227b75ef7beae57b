using System.Collections.Concurrent;
using InternalChat.Engine.Operations;
using InternalChat.Engine.Presence;
using InternalChat.Engine.Reading;
using InternalChat.Engine.Tests.Harness;
using InternalChat.Protocol;
using InternalChat.Protocol.Versions;
using InternalChat.Storage;

namespace InternalChat.Engine.Tests.Reading;

/// <summary>The names that LIST tells everybody are read once, held once, and complete for whoever asks.</summary>
// It measures the process' memory, to which other tests would add theirs.
[Collection(nameof(AllocationTests))]
public sealed class SharedNamesTests
{
    private const string Known = "INFO known: ";

    private int _pages;

    [Fact]
    public async Task They_are_read_once_until_accounts_come_or_go()
    {
        await using var server = Serve(accounts: 0);
        var (alice, bob) = (await server.LogInAs("alice"), await server.LogInAs("bob"));
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal("INFO known: alice, bob", (await alice.AskFor("LIST", 2))[1]);
            Assert.Equal("INFO known: alice, bob", (await bob.AskFor("LIST", 2))[1]);
        }

        Assert.Equal(1, _pages);
        await server.Register("carol");
        Assert.Equal("INFO known: alice, bob, carol", (await alice.AskFor("LIST", 2))[1]);
        Assert.Equal(AccountChangeOutcome.Done, await server.Engine.Accounts.AddAsync(UserName.Parse("dave"), "password"));
        Assert.Equal("INFO known: alice, bob, carol, dave", (await alice.AskFor("LIST", 2))[1]);
        Assert.Equal(AccountChangeOutcome.Done, await server.Engine.Accounts.DeleteAsync(UserName.Parse("carol")));
        Assert.Equal("INFO known: alice, bob, dave", (await alice.AskFor("LIST", 2))[1]);
        Assert.Equal(AccountChangeOutcome.Done, (await server.Engine.Accounts.EraseAsync(UserName.Parse("dave"))).Outcome);
        Assert.Equal("INFO known: alice, bob", (await alice.AskFor("LIST", 2))[1]);
        Assert.Equal(AccountChangeOutcome.Done, await server.Engine.Accounts.SuspendAsync(UserName.Parse("bob")));
        Assert.Equal("INFO known: alice, bob", (await alice.AskFor("LIST", 2))[1]);
        Assert.Equal(5, _pages);
    }

    [Fact]
    public async Task Those_who_ask_while_they_are_read_wait_for_one_reading_and_after_a_change_for_one_more()
    {
        await using var server = Serve(accounts: 3);
        using var reader = new InterceptedReader(server.Database.CreateReader());
        reader.BeforeNames = () => _pages++;
        var readers = new HeldReaders(reader);
        var names = new KnownNames(readers);
        Task Ask() => names.RefreshAsync(WireFormat.Version1);
        Task[] before = [Ask(), Ask()];
        names.Changed();
        Task[] after = [Ask(), Ask()];
        Assert.Equal(1, readers.Waiting);
        readers.Read();
        await Phase.Within(Task.WhenAll(before), "those who asked before the change");
        await Phase.Until(() => readers.Waiting == 1, "those who asked after it have it read again");
        Assert.All(after, static task => Assert.False(task.IsCompleted));
        readers.Read();
        await Phase.Within(Task.WhenAll(after), "those who asked after the change");
        await Phase.Within(Ask(), "one for whom nothing is new");
        Assert.Equal(2, _pages);
    }

    [Fact]
    public async Task One_that_could_not_read_them_says_so_and_the_next_one_tries_again()
    {
        var isBroken = true;
        await using var server = new TestServer(readerOver: reader => new InterceptedReader(reader)
        {
            BeforeNames = () =>
            {
                if (Volatile.Read(ref isBroken))
                    throw new StorageException("The disk is on fire.");
            },
        });
        var alice = await server.LogInAs("alice");
        Assert.StartsWith("ERROR STORAGE ", (await alice.AskFor("LIST", 2))[1], StringComparison.Ordinal);
        Volatile.Write(ref isBroken, false);
        Assert.Equal("INFO known: alice", (await alice.AskFor("LIST", 2))[1]);
    }

    [Fact]
    public async Task Whoever_takes_them_slowly_gets_each_once_and_in_order_although_they_change()
    {
        const int Accounts = 3_000;
        await using var server = Serve(Accounts);
        var slow = await server.LogInAs("slow", pauseAt: 1);
        var other = await server.LogInAs("other");
        slow.Send("LIST");
        Assert.Equal("INFO online: slow", await slow.Line());
        var names = NamesOf(await slow.Line());
        await server.Engine.Accounts.AddAsync(UserName.Parse("aaa"), "password");
        await server.Engine.Accounts.AddAsync(UserName.Parse("zzz"), "password");
        await server.Engine.Accounts.DeleteAsync(UserName.Parse($"user{Accounts - 1:D5}"));
        other.Send("LIST");
        var whole = (await other.LinesUntil(static line => line.EndsWith("zzz", StringComparison.Ordinal), "the names"))
            .Where(static line => line.StartsWith(Known, StringComparison.Ordinal)).SelectMany(NamesOf).ToList();
        Assert.Equal(Accounts - 1 + 4, whole.Count);

        while (names[^1] != "zzz")
            names.AddRange(NamesOf(await slow.Line("more names")));
        Assert.Equal(names.Distinct().Order(StringComparer.Ordinal), names);
        Assert.Equal(whole.Where(static name => name != "aaa"), names.Where(static name => name != $"user{Accounts - 1:D5}"));
        Assert.Equal("PONG", await slow.Ask("PING"));
    }

    [Fact]
    public async Task Those_who_ask_and_do_not_read_hold_no_list_each()
    {
        const int Accounts = 20_000;
        const int Clients = 100;
        await using var server = Serve(Accounts);
        var clients = new List<TestClient>();
        for (var i = 0; i < Clients; i++)
            clients.Add(await server.LogInAs($"client{i}", pauseAt: 1));
        // What all of them share is there.
        Assert.Equal(Accounts + Clients, (await AllNames(clients[0])).Count);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        foreach (var client in clients)
            client.SendLines(Enumerable.Repeat("LIST", 20));
        foreach (var client in clients)
        {
            await Phase.Until(() => client.HasUnread, "a part of the list");
            await client.Line("who is online");
        }

        await Phase.Until(() => clients.TrueForAll(static client => client.HasUnread), "the next part of each list");
        var each = (GC.GetTotalMemory(forceFullCollection: true) - before) / Clients;
        Assert.InRange(each, 0, 40 * 1024);
    }

    private static async Task<List<string>> AllNames(TestClient client)
    {
        client.SendLines(["LIST", "PING"]);
        var lines = await client.LinesUntil(static line => line == "PONG", "the names");
        return [.. lines.Where(static line => line.StartsWith(Known, StringComparison.Ordinal)).SelectMany(NamesOf)];
    }

    private static List<string> NamesOf(string line)
    {
        Assert.StartsWith(Known, line, StringComparison.Ordinal);
        return [.. line[Known.Length..].Split(", ")];
    }

    private TestServer Serve(int accounts) => new(
        storeOver: writer =>
        {
            for (var i = 0; i < accounts; i++)
                writer.CreateAccount($"user{i:D5}", Credentials.UnusableHash, 0);
            if (accounts > 0)
                Assert.Equal(CommitOutcome.Stored, writer.Commit().Outcome);
            return writer;
        },
        readerOver: reader => new InterceptedReader(reader) { BeforeNames = () => Interlocked.Increment(ref _pages) });

    /// <summary>Reads one thing at a time, when it is told to.</summary>
    private sealed class HeldReaders(IStoreReader reader) : IReaders
    {
        private readonly ConcurrentQueue<Action> _waiting = new();

        public int Waiting => _waiting.Count;

        public void Read()
        {
            Assert.True(_waiting.TryDequeue(out var read));
            read();
        }

        public Task<TResult> ShortAsync<TState, TResult>(Func<IStoreReader, TState, TResult> read, TState state, long user = 0) =>
            LongAsync(read, state, user);

        public Task<TResult> LongAsync<TState, TResult>(Func<IStoreReader, TState, TResult> read, TState state, long user = 0)
        {
            var result = new TaskCompletionSource<TResult>(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Enqueue(() => result.SetResult(read(reader, state)));
            return result.Task;
        }
    }
}
