using BenchmarkDotNet.Attributes;
using InternalChat.Storage.Sqlite;
using InternalChat.Storage.Sqlite.Options;

namespace InternalChat.Benchmarks.Storage;

/// <summary>
/// Opening the database of a server that was killed with so many messages behind the position up to which its tables are true, the last of
/// them still in the WAL, against opening it after an orderly end. The files are in the system's cache, as they are after a kill.
/// </summary>
public class ReplayBenchmarks
{
    private const int Users = 20_000;
    private const int Contacts = 20;

    /// <summary>Makes the file too large for the check of all pages at the start, which is not what is measured here.</summary>
    private const int RowsBefore = 300_000;

    /// <summary>So many of the tail are appended by the server itself: into the WAL, and too few for it to be checkpointed.</summary>
    private const int RowsInWal = 5_000;

    private DatabaseFolder? _image;
    private DatabaseFolder? _folder;
    private ChatDatabase? _database;

    /// <summary>The server itself lets the tail grow to some 400,000 messages.</summary>
    [Params(10_000, 100_000, 1_000_000)]
    public int Tail { get; set; }

    [GlobalSetup(Target = nameof(Closed))]
    public void SetUpClosed() => SetUp(closes: true);

    [GlobalSetup(Target = nameof(Killed))]
    public void SetUpKilled() => SetUp(closes: false);

    [IterationSetup]
    public void Restore() => _folder!.CopyFrom(_image!.Database);

    [IterationCleanup]
    public void Close() => _database?.Dispose();

    [GlobalCleanup]
    public void CleanUp()
    {
        _folder?.Dispose();
        _image?.Dispose();
    }

    [Benchmark(Baseline = true)]
    public long Closed() => Open();

    [Benchmark]
    public long Killed() => Open();

    private long Open()
    {
        _database = ChatDatabase.Open(new DatabaseOptions { Path = _folder!.Database });
        return _database.LastMessageId;
    }

    private void SetUp(bool closes)
    {
        _image = new DatabaseFolder();
        _folder = new DatabaseFolder();
        var messages = new MessageStream(Users, Contacts);
        LogBuilder.Build(_folder.Database, messages, RowsBefore + Tail - RowsInWal, headsThrough: RowsBefore);
        using (var database = ChatDatabase.Open(new DatabaseOptions { Path = _folder.Database }))
        {
            var row = new AppendedRow();
            for (var appended = 0; appended < RowsInWal; appended++)
            {
                messages.Next(row);
                database.Writer.Append(row.SenderId, row.RecipientId, row.Utf8Body.Span, row.CreatedAt);
            }

            database.Writer.Commit();
            if (!closes)
                _image.CopyFrom(_folder.Database);
        }

        if (closes)
            _image.CopyFrom(_folder.Database);

        Restore();
        Checked.Equal(RowsBefore + Tail, Open());
        foreach (var (user, last) in messages.Mailboxes)
            Checked.Equal(last, _database!.Writer.GetMailbox(user).LastMessageId);
        Close();
    }
}
