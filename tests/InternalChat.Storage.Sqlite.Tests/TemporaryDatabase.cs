using System.Diagnostics.Metrics;
using System.Text;
using InternalChat.Storage.Sqlite.Options;
using InternalChat.Storage.Sqlite.Reading;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Time.Testing;

namespace InternalChat.Storage.Sqlite.Tests;

/// <summary>A database in a folder of its own, which goes with it.</summary>
internal sealed class TemporaryDatabase : IDisposable
{
    private static readonly string[] Companions = ["", "-wal", "-shm", "-journal"];

    private readonly List<StoreReader> _readers = [];
    private readonly Meter? _meter;
    private ChatDatabase? _database;

    public TemporaryDatabase(DatabaseOptions? options = null, bool open = true, Meter? meter = null)
    {
        _meter = meter;
        Folder = Directory.CreateTempSubdirectory("storage-tests-").FullName;
        Options = (options ?? new DatabaseOptions { Path = "" }) with { Path = Path.Combine(Folder, "chat.db") };
        if (open)
            Open();
    }

    public string Folder { get; }

    public DatabaseOptions Options { get; set; }

    public string File => Options.Path;

    public SteppedClock Time { get; init; } = new();

    /// <summary>What was said since the first time that it was opened.</summary>
    public CollectingLogger Logger { get; } = new();

    public ChatDatabase Database => _database ?? throw new InvalidOperationException("The database is not open.");

    public IStoreWriter Writer => Database.Writer;

    public void Open() => _database = ChatDatabase.Open(Options, Time, Logger, _meter);

    public StoreReader Reader()
    {
        var reader = (StoreReader)Database.CreateReader();
        _readers.Add(reader);
        return reader;
    }

    public void Close()
    {
        foreach (var reader in _readers)
            reader.Dispose();
        _readers.Clear();
        _database?.Dispose();
        _database = null;
    }

    public void Reopen()
    {
        Close();
        Open();
    }

    /// <summary>
    /// What is on the disk at this moment, as a process that is killed now would leave it, in a folder of its own and opened.
    /// </summary>
    public TemporaryDatabase Crash(bool open = true)
    {
        var copy = new TemporaryDatabase(Options, open: false);
        foreach (var suffix in Companions)
        {
            if (suffix != "-shm" && System.IO.File.Exists(File + suffix))
                System.IO.File.Copy(File + suffix, copy.File + suffix);
        }

        if (open)
            copy.Open();
        return copy;
    }

    public long Append(long senderId, long recipientId, ReadOnlySpan<byte> body, long createdAt) =>
        Writer.Append(senderId, recipientId, body, createdAt).Id;

    public void Commit() => Assert.Equal(new CommitResult(CommitOutcome.Stored), Writer.Commit());

    /// <summary>Commits a batch that cannot be stored.</summary>
    /// <returns>Why.</returns>
    public string CommitFails()
    {
        var result = Writer.Commit();
        Assert.Equal(CommitOutcome.NotStored, result.Outcome);
        return result.Failure;
    }

    /// <summary>Appends and commits one message a body.</summary>
    public long[] Say(long sender, long recipient, params string[] bodies)
    {
        var ids = bodies.Select(body => Append(sender, recipient, Encoding.UTF8.GetBytes(body), createdAt: 1_700_000_000)).ToArray();
        Commit();
        return ids;
    }

    /// <summary>The same for so many messages of one moment.</summary>
    public long[] Say(long sender, long recipient, long createdAt, int count)
    {
        var ids = Enumerable.Range(0, count).Select(_ => Append(sender, recipient, "x"u8, createdAt)).ToArray();
        Commit();
        return ids;
    }

    public long[] Register(params string[] names)
    {
        var ids = names.Select(name => Writer.CreateAccount(name, "hash of " + name, 1_700_000_000)!.Value.Id).ToArray();
        Commit();
        return ids;
    }

    public long[] History(long userA, long userB, int limit = 200)
    {
        var ids = new long[limit];
        return ids[..Reader().WalkConversation(userA, userB, ids)];
    }

    public long[] Pending(long accountId, int chunk = 100)
    {
        var mailbox = Writer.GetMailbox(accountId);
        return Walk(Reader(), accountId, mailbox.DeliveredThrough, mailbox.LastMessageId, chunk);
    }

    /// <summary>The ids of a range of a mailbox, read by a sink that stops after each chunk.</summary>
    public static long[] Walk(IStoreReader reader, long accountId, long after, long through, int chunk)
    {
        var sink = new IdSink(chunk);
        var cursor = reader.ReadMailbox(accountId, after, through);
        while (reader.Read(cursor, sink))
        {
        }

        return [.. sink.Ids];
    }

    public void RunMaintenance()
    {
        for (var slices = 0; Writer.Maintain(); slices++)
            Assert.True(slices < 10_000, "Maintenance does not come to an end.");
    }

    /// <summary>Has retention go as far as its limit, as an operator does who has looked at the clock.</summary>
    public void RunRetention()
    {
        RunMaintenance();
        Database.ConfirmRetention(Database.RetentionStatus.Cutoff!.Value);
        RunMaintenance();
    }

    /// <summary>Lets the server run for so long, with maintenance at least once an hour.</summary>
    public void RunFor(TimeSpan time)
    {
        RunMaintenance();
        for (var left = time; left > TimeSpan.Zero; left -= TimeSpan.FromHours(1))
        {
            Time.Advance(left < TimeSpan.FromHours(1) ? left : TimeSpan.FromHours(1));
            RunMaintenance();
        }
    }

    /// <summary>Runs maintenance until an erasure is complete: its end may wait for the thread that copies the WAL.</summary>
    public void FinishErasure(long accountId)
    {
        var reader = Reader();
        for (var tries = 0; reader.IsErasurePending(accountId); tries++)
        {
            Assert.True(tries < 2_000, "The erasure does not come to an end.");
            Time.Advance(TimeSpan.FromSeconds(1));
            RunMaintenance();
            Thread.Yield();
        }
    }

    /// <summary>How often a text stands in the database's own files, where <c>strings</c> would find it.</summary>
    public int Occurrences(string text) =>
        Companions.Sum(suffix => FileBytes.Occurrences(File + suffix, text));

    /// <summary>Asks the file beside the server, as an operator with sqlite3 would.</summary>
    public T Ask<T>(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={File};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (T)Convert.ChangeType(command.ExecuteScalar()!, typeof(T), System.Globalization.CultureInfo.InvariantCulture);
    }

    public void Do(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={File};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    public void AssertIntegrity() => Assert.Equal("ok", Ask<string>("PRAGMA integrity_check"));

    public void Dispose()
    {
        Close();
        Directory.Delete(Folder, recursive: true);
    }
}

/// <summary>Running time, and a wall clock that somebody sets.</summary>
internal sealed class SteppedClock : FakeTimeProvider
{
    /// <summary>How far the wall clock is ahead.</summary>
    public TimeSpan Ahead { get; set; }

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Ahead;

    public override long GetTimestamp() => base.GetUtcNow().Ticks;
}

/// <summary>Collects what it is given.</summary>
internal sealed class CollectingSink : IStoredMessageSink
{
    public List<(long Id, long SenderId, string Sender, long CreatedAt, string Body)> Messages { get; } = [];

    public bool Accept(in StoredMessage message)
    {
        var (sender, body) = (Encoding.UTF8.GetString(message.Sender), Encoding.UTF8.GetString(message.Body));
        Messages.Add((message.Id, message.SenderId, sender, message.CreatedAt, body));
        return true;
    }
}

/// <summary>Notes the ids, and stops after so many at a time.</summary>
internal sealed class IdSink(int chunk) : IStoredMessageSink
{
    public List<long> Ids { get; } = [];

    public bool Accept(in StoredMessage message)
    {
        Ids.Add(message.Id);
        return Ids.Count % chunk != 0;
    }
}
