using System.Text;

namespace InternalChat.Storage.Contract;

/// <summary>
/// What <see cref="IStoreWriter"/> and <see cref="IStoreReader"/> promise, as tests that every store has to pass: derive one class from
/// each of <see cref="BatchContract"/>, <see cref="ReadingContract"/>, <see cref="DeliveryContract"/> and <see cref="AccountContract"/>.
/// </summary>
public abstract class StoreContract : IDisposable
{
    /// <summary>When what tests store is dated, in Unix seconds.</summary>
    protected const long Now = 1_700_000_000;

    private static readonly TimeSpan MaintenanceInterval = TimeSpan.FromSeconds(1);

    private StoreUnderTest? _store;

    /// <summary>The test's store.</summary>
    protected StoreUnderTest Store => _store ??= Open();

    /// <summary>The store's writing side.</summary>
    protected IStoreWriter Writer => Store.Writer;

    /// <inheritdoc/>
    public void Dispose()
    {
        _store?.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Opens an empty store.</summary>
    protected abstract StoreUnderTest Open();

    /// <summary>Creates accounts and commits.</summary>
    protected long[] Register(params string[] names)
    {
        var ids = names.Select(name => Writer.CreateAccount(name, "hash of " + name, Now)!.Value.Id).ToArray();
        Commit();
        return ids;
    }

    /// <summary>Commits, and it is stored.</summary>
    protected void Commit() => Assert.Equal(new CommitResult(CommitOutcome.Stored), Writer.Commit());

    /// <summary>Appends one message.</summary>
    protected AppendedMessage Append(long sender, long recipient, string body = "x") =>
        Writer.Append(sender, recipient, Encoding.UTF8.GetBytes(body), Now);

    /// <summary>Appends one message for each body and commits.</summary>
    protected long[] Say(long sender, long recipient, params string[] bodies)
    {
        var ids = bodies.Select(body => Append(sender, recipient, body).Id).ToArray();
        Commit();
        return ids;
    }

    /// <summary>The ids of what waits for an account.</summary>
    protected long[] Pending(long accountId)
    {
        var mailbox = Writer.GetMailbox(accountId);
        return Ids(ReadToEnd(Store.Reader(), reader => reader.ReadMailbox(accountId, mailbox.DeliveredThrough, mailbox.LastMessageId)));
    }

    /// <summary>The ids of the newest messages of two users, oldest first.</summary>
    protected long[] Conversation(long userA, long userB, int limit = 200) =>
        Ids(ReadToEnd(Store.Reader(), reader => reader.FindConversation(userA, userB, limit)));

    /// <summary>Everything that a cursor leads to.</summary>
    protected static List<ReceivedMessage> ReadToEnd(IStoreReader reader, Func<IStoreReader, MessageCursor> open)
    {
        ArgumentNullException.ThrowIfNull(reader);
        ArgumentNullException.ThrowIfNull(open);
        var sink = new ReceivingSink();
        var cursor = open(reader);
        while (reader.Read(cursor, sink))
        {
        }

        return sink.Messages;
    }

    /// <summary>The ids of messages.</summary>
    protected static long[] Ids(IEnumerable<ReceivedMessage> messages) => [.. messages.Select(static message => message.Id)];

    /// <summary>Lets the store do everything that it has put off, as the writer does between batches.</summary>
    protected void Maintain()
    {
        Store.Advance(MaintenanceInterval);
        for (var slices = 0; Writer.Maintain(); slices++)
            Assert.True(slices < 100_000, "Maintenance does not come to an end.");
    }

    /// <summary>Runs maintenance until an erasure is complete; another thread of the store may have its part in that.</summary>
    protected void FinishErasure(long accountId)
    {
        var reader = Store.Reader();
        for (var rounds = 0; reader.IsErasurePending(accountId); rounds++)
        {
            Assert.True(rounds < 10_000, "The erasure does not come to an end.");
            Maintain();
            Thread.Yield();
        }
    }
}
