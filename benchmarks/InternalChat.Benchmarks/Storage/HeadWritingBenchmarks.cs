using BenchmarkDotNet.Attributes;
using Dapper;
using InternalChat.Storage.Sqlite.Options;

namespace InternalChat.Benchmarks.Storage;

/// <summary>
/// What the heads of conversations and mailboxes cost beside the append, per message in batches of 1,024, a sync each: they are kept in
/// memory and written behind.
/// </summary>
public class HeadWritingBenchmarks
{
    private const int RowsPerInvocation = 8_192;
    private const int BatchRows = 1_024;
    private const int Users = 20_000;
    private const int Contacts = 20;

    /// <summary>Five messages a conversation: nearly all have begun.</summary>
    private const int RowsBefore = 1_000_000;

    private readonly AppendedRow[] _batch = [.. Enumerable.Range(0, BatchRows).Select(_ => new AppendedRow())];
    private DatabaseFolder? _folder;
    private IAppender? _appender;
    private MessageStream? _messages;
    private bool _betweenStrangers;
    private long _strangers;

    [GlobalSetup(Target = nameof(WriteBehind))]
    public void SetUpWriteBehind() => SetUp(options => new StoreWriterAppender(options));

    [GlobalSetup(Target = nameof(WriteBehindWithDeliveredMarks))]
    public void SetUpWriteBehindWithDeliveredMarks() => SetUp(options => new StoreWriterAppender(options, marksDelivered: true));

    [GlobalSetup(Target = nameof(HeadsNotInMemory))]
    public void SetUpHeadsNotInMemory() => SetUp(options => new StoreWriterAppender(options with { CleanHeads = 1 }));

    [GlobalSetup(Target = nameof(FirstMessages))]
    public void SetUpFirstMessages()
    {
        _betweenStrangers = true;
        SetUp(options => new StoreWriterAppender(options));
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        _appender?.Dispose();
        _folder?.Dispose();
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = RowsPerInvocation)]
    public void WriteBehind() => Append();

    /// <summary>Each message is marked as delivered after its batch.</summary>
    [Benchmark(OperationsPerInvoke = RowsPerInvocation)]
    public void WriteBehindWithDeliveredMarks() => Append();

    /// <summary>Only heads that wait to be written are in memory; any other is looked up in its table.</summary>
    [Benchmark(OperationsPerInvoke = RowsPerInvocation)]
    public void HeadsNotInMemory() => Append();

    /// <summary>Every message opens a conversation.</summary>
    [Benchmark(OperationsPerInvoke = RowsPerInvocation)]
    public void FirstMessages() => Append();

    private void SetUp(Func<DatabaseOptions, IAppender> open)
    {
        _folder = new DatabaseFolder();
        _folder.CopyFrom(LogBuilder.Cached(Users, Contacts, RowsBefore));
        _messages = new MessageStream(Users, Contacts, RowsBefore);
        _appender = open(new DatabaseOptions { Path = _folder.Database });
        Append();
        AppendCheck.LastRows(_folder.Database, _batch);

        // What was not written behind yet comes with the end.
        _appender.Dispose();
        using (var connection = BareConnection.OpenReader(_folder.Database))
        {
            var heads = connection.Query<long>("SELECT last_message_id FROM mailboxes ORDER BY user_id");
            Checked.Equal(true, heads.SequenceEqual(_messages.Mailboxes.Select(mailbox => mailbox.LastMessageId)));
        }

        _appender = open(new DatabaseOptions { Path = _folder.Database });
    }

    private void Append()
    {
        for (var rows = 0; rows < RowsPerInvocation; rows += BatchRows)
        {
            foreach (var row in _batch)
            {
                if (_betweenStrangers)
                    _messages!.NextBetweenStrangers(row, _strangers++);
                else
                    _messages!.Next(row);
            }

            _appender!.Append(_batch);
        }
    }
}
