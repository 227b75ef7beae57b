using InternalChat.Engine.Options;
using InternalChat.Engine.Passwords;
using InternalChat.Engine.Presence;
using InternalChat.Engine.Reading;
using InternalChat.Engine.Sessions;
using InternalChat.Engine.Tests.Harness;
using InternalChat.Protocol;
using InternalChat.Storage;
using InternalChat.Storage.Sqlite;
using InternalChat.Storage.Sqlite.Options;

namespace InternalChat.Engine.Tests.Reading;

/// <summary>What is as long as there are users is read in slices, and to its end.</summary>
public sealed class LongListTests : IDisposable
{
    private const int Accounts = 5_000;

    private readonly string _folder = Directory.CreateTempSubdirectory("engine-tests-").FullName;
    private readonly ChatDatabase _database;
    private readonly SessionRegistry _sessions = new(new CurrentOptions(new LiveOptions()), TimeProvider.System);
    private readonly InlineReaders _readers;

    public LongListTests()
    {
        _database = ChatDatabase.Open(
            new DatabaseOptions { Path = Path.Combine(_folder, "chat.db"), Durability = Durability.Normal }, TimeProvider.System);
        _readers = new InlineReaders(_database.CreateReader());
        for (var i = 1; i <= Accounts; i++)
            _database.Writer.CreateAccount($"user{i}", i == Accounts ? PasswordHash.Prefix + "123456$" : Credentials.UnusableHash, 0);
        Commit();
    }

    public void Dispose()
    {
        _readers.Dispose();
        _database.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Whoever_blocks_many_is_hidden_from_all_of_them()
    {
        for (var i = 2; i <= Accounts; i++)
            _database.Writer.Block(1, i, 0);
        _database.Writer.Block(2, Accounts, 0);
        Commit();
        UserSessions[] blocking = [Online(1), Online(2)];
        foreach (var user in blocking)
            user.MayBlock = true;
        Online(128);
        Online(129);
        Online(Accounts);
        var hidden = await new PresenceRule(_sessions, _readers).HiddenAsync(blocking, PresenceMode.All);
        Assert.Equal([(1, 2), (1, 128), (1, 129), (1, Accounts), (2, Accounts)], hidden.Order());
        Assert.True(_readers.Long > 1);
    }

    [Fact]
    public async Task Whoever_has_many_contacts_knows_of_the_last_of_them()
    {
        for (var i = 2; i <= Accounts; i++)
            _database.Writer.Append(1, i, "hi"u8, 0);
        _database.Writer.Append(Accounts, 1, "hi"u8, 0);
        Commit();
        var user = Online(1);
        Online(2);
        Online(Accounts);
        Assert.Equal(["user1", $"user{Accounts}"], await KnownTo(user, PresenceMode.Contacts));
        Assert.True(_readers.Long > 2);
    }

    [Fact]
    public async Task Whoever_is_blocked_by_some_of_many_finds_all_the_others_in_order()
    {
        var user = Online(1);
        for (var i = 2; i <= 2_000; i++)
        {
            Online(i).MayBlock = i % 2 == 0;
            if (i % 4 == 0)
                _database.Writer.Block(i, 1, 0);
        }

        Commit();
        var expected = Enumerable.Range(1, 2_000).Where(static i => i % 4 != 0).Select(static i => $"user{i}");
        Assert.Equal(expected.Order(StringComparer.Ordinal), await KnownTo(user, PresenceMode.All));
        Assert.True(_readers.Long >= 1_000 / PresenceRule.QuestionsAtOnce);
    }

    [Fact]
    public async Task Whoever_is_blocked_by_many_whose_names_follow_each_other_is_answered_too()
    {
        var user = Online(1);
        for (var i = 2; i <= 4 * PresenceRule.QuestionsAtOnce; i++)
        {
            Online(i).MayBlock = true;
            _database.Writer.Block(i, 1, 0);
        }

        Commit();
        Assert.Equal(["user1"], await KnownTo(user, PresenceMode.All));
    }

    [Fact]
    public void Who_is_online_is_sorted_once_until_somebody_comes_or_goes()
    {
        Online(2);
        var roster = new OnlineRoster(_sessions);
        var users = roster.UsersSince(roster.Revision);
        Assert.Same(users, roster.UsersSince(roster.Revision));
        var before = roster.Revision;
        var first = Online(1);
        Assert.Same(users, roster.UsersSince(before));
        users = roster.UsersSince(roster.Revision);
        Assert.Equal(["user1", "user2"], users.Select(static user => user.Name.ToString()));
        foreach (var session in first)
            _sessions.SetOffline(session);
        Assert.Equal(2, Assert.Single(roster.UsersSince(roster.Revision)).AccountId);
    }

    [Fact]
    public async Task The_most_expensive_hash_is_found_among_many_accounts_in_short_reads()
    {
        var slowest = new SlowestHash(new EngineOptions { PasswordIterations = 100_000 }, _readers);
        Assert.Equal(123_456, await slowest.IterationsAsync());
        Assert.True(_readers.Short > 1);
        Assert.Equal(0, _readers.Long);
    }

    private void Commit() => Assert.Equal(CommitOutcome.Stored, _database.Writer.Commit().Outcome);

    private UserSessions Online(long accountId)
    {
        var user = _sessions.UserOf(accountId, UserName.Parse($"user{accountId}"));
        _sessions.SetOnline(Idle.LoggedIn(user));
        return user;
    }

    private async Task<List<string>> KnownTo(UserSessions user, PresenceMode mode)
    {
        var walk = await new PresenceRule(_sessions, _readers).KnownToAsync(user, mode);
        var names = new Names();
        while (await _readers.LongAsync((reader, names) => walk.Read(reader, names), names))
            names.Room = 100;
        return names.Taken;
    }

    /// <summary>Has room for a hundred names at a time.</summary>
    private sealed class Names : INameSink
    {
        public int Room { get; set; } = 100;

        public List<string> Taken { get; } = [];

        public bool TryAdd(in UserName name)
        {
            if (Room-- == 0)
                return false;
            Taken.Add(name.ToString());
            return true;
        }
    }

    /// <summary>Reads at once.</summary>
    private sealed class InlineReaders(IStoreReader reader) : IReaders, IDisposable
    {
        public int Waiting => 0;

        public int Short { get; private set; }

        public int Long { get; private set; }

        public Task<TResult> ShortAsync<TState, TResult>(Func<IStoreReader, TState, TResult> read, TState state, long user = 0)
        {
            Short++;
            return Task.FromResult(read(reader, state));
        }

        public Task<TResult> LongAsync<TState, TResult>(Func<IStoreReader, TState, TResult> read, TState state, long user = 0)
        {
            Long++;
            return Task.FromResult(read(reader, state));
        }

        public void Dispose() => reader.Dispose();
    }
}
