using System.Text;

namespace InternalChat.Benchmarks.Storage;

/// <summary>
/// The messages of a log from the first on, always the same ones: users with so many contacts each, whose messages come in random order.
/// It knows each message's predecessors, so it tells what a log must hold.
/// </summary>
internal sealed class MessageStream
{
    public const int BodyBytes = 100;
    private const long FirstCreatedAt = 1_700_000_000;

    private static readonly string[] Bodies =
        [.. Enumerable.Range(0, 64).Select(i => $"{i:D2} " + new string((char)('a' + (i % 26)), BodyBytes - 3))];

    private static readonly byte[][] Utf8Bodies = [.. Bodies.Select(Encoding.UTF8.GetBytes)];

    private readonly Random _random = new(1);
    private readonly int _strides;
    private readonly int _stride;
    private readonly long[] _lastInConversation;
    private readonly long[] _lastInMailbox;

    /// <param name="users">How many there are; their ids begin at 1.</param>
    /// <param name="contacts">How many each writes to: an even number.</param>
    /// <param name="skip">How many messages are in the log already.</param>
    public MessageStream(int users, int contacts, long skip = 0)
    {
        (Users, Contacts) = (users, contacts);
        _strides = contacts / 2;
        _stride = ((users / 2) - 1) / _strides;
        _lastInConversation = new long[users * _strides];
        _lastInMailbox = new long[users];
        var skipped = new AppendedRow();
        while (LastId < skip)
            Next(skipped);
    }

    public int Users { get; }

    public int Contacts { get; }

    public long LastId { get; private set; }

    /// <summary>The mailboxes, by account id: the newest message of each, 0 for none.</summary>
    public IEnumerable<(long UserId, long LastMessageId)> Mailboxes => _lastInMailbox.Select((last, user) => (user + 1L, last));

    /// <summary>Those conversations that have begun, in both directions and by account id.</summary>
    public IEnumerable<(long UserId, long ContactId, long LastMessageId)> Conversations
    {
        get
        {
            for (var user = 0; user < Users; user++)
            {
                for (var contact = 0; contact < Contacts; contact++)
                {
                    var (other, conversation) = ContactOf(user, contact);
                    if (_lastInConversation[conversation] != 0)
                        yield return (user + 1, other + 1, _lastInConversation[conversation]);
                }
            }
        }
    }

    /// <summary>Fills in the next message.</summary>
    public void Next(AppendedRow row)
    {
        var user = _random.Next(Users);
        var (other, conversation) = ContactOf(user, _random.Next(Contacts));
        row.Id = ++LastId;
        row.SenderId = user + 1;
        row.RecipientId = other + 1;
        row.CreatedAt = FirstCreatedAt + (LastId / 1_000);
        row.PreviousInConversation = _lastInConversation[conversation];
        row.PreviousInMailbox = _lastInMailbox[other];
        row.Body = Bodies[LastId % Bodies.Length];
        row.Utf8Body = Utf8Bodies[LastId % Bodies.Length];
        _lastInConversation[conversation] = LastId;
        _lastInMailbox[other] = LastId;
    }

    /// <summary>
    /// Fills in a message that opens a conversation: between two users who are no contacts and did not meet here yet. Streams that use it
    /// have <see cref="Contacts"/> above 2.
    /// </summary>
    /// <param name="row">What is filled in.</param>
    /// <param name="count">How many of these came before.</param>
    public void NextBetweenStrangers(AppendedRow row, long count)
    {
        // Contacts are multiples of the stride apart; these are not. The prime keeps neighbours in time from being neighbours in a table.
        var apart = 1 + (count / Users);
        apart += (apart - 1) / (_stride - 1);
        if (apart >= _stride * _strides)
            throw new InvalidOperationException("Everybody knows everybody.");
        var user = count * 7_919 % Users;
        var other = (user + apart) % Users;
        row.Id = ++LastId;
        row.SenderId = user + 1;
        row.RecipientId = other + 1;
        row.CreatedAt = FirstCreatedAt + (LastId / 1_000);
        row.PreviousInConversation = 0;
        row.PreviousInMailbox = _lastInMailbox[other];
        row.Body = Bodies[LastId % Bodies.Length];
        row.Utf8Body = Utf8Bodies[LastId % Bodies.Length];
        _lastInMailbox[other] = LastId;
    }

    private (int Other, int Conversation) ContactOf(int user, int contact)
    {
        // Contacts sit at multiples of a stride on both sides; a conversation is numbered by the one on whose upper side the other sits.
        var number = contact % _strides;
        var distance = (number + 1) * _stride;
        if (contact < _strides)
            return ((user + distance) % Users, (user * _strides) + number);
        var other = (user + Users - distance) % Users;
        return (other, (other * _strides) + number);
    }
}

/// <summary>One row of <c>messages</c>.</summary>
internal sealed class AppendedRow
{
    public long Id { get; set; }

    public long SenderId { get; set; }

    public long RecipientId { get; set; }

    public long CreatedAt { get; set; }

    public long PreviousInConversation { get; set; }

    public long PreviousInMailbox { get; set; }

    /// <summary>As it is read back.</summary>
    public string Body { get; set; } = "";

    /// <summary>The same as it comes from the socket.</summary>
    public ReadOnlyMemory<byte> Utf8Body { get; set; }
}
