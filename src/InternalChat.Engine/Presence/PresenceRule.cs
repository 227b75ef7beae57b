using InternalChat.Engine.Reading;
using InternalChat.Engine.Sessions;
using InternalChat.Storage;

namespace InternalChat.Engine.Presence;

/// <summary>
/// Who may know that a user is online: one rule, for presence and for LIST. A user knows of itself; of others, what
/// <see cref="MayKnow"/> says. Who is blocked and who has written stands in the store, so the answers come from a reader's thread, and only
/// where what is in memory does not tell.
/// </summary>
/// <remarks>Any thread.</remarks>
internal sealed class PresenceRule(SessionRegistry sessions, IReaders readers)
{
    /// <summary>So many questions a reader's thread answers before it turns to others.</summary>
    private const int QuestionsAtOnce = 128;

    private static readonly HashSet<(long, long)> NothingHidden = [];

    /// <summary>The users online of whom a user may know, itself included.</summary>
    /// <exception cref="StorageException">The store could not be read.</exception>
    public async Task<List<UserSessions>> KnownToAsync(UserSessions user, PresenceMode mode)
    {
        var (known, inQuestion) = mode == PresenceMode.All
            ? await readers.LongAsync(static (_, asked) => asked.rule.DivideOnline(asked.user), (rule: this, user))
            : ([user], await ContactsOfAsync(user, mode));
        foreach (var some in inQuestion.Chunk(QuestionsAtOnce))
        {
            known.AddRange(await readers.LongAsync(
                static (reader, asked) => asked.some.Where(other => MayKnow(reader, asked.user.AccountId, other, asked.mode)).ToList(),
                (some, user, mode)));
        }

        return known;
    }

    /// <summary>The others online who may know of a user, with <see cref="PresenceMode.Contacts"/>.</summary>
    /// <exception cref="StorageException">The store could not be read.</exception>
    public async Task<List<UserSessions>> AudienceOfAsync(UserSessions user, PresenceMode mode)
    {
        var audience = new List<UserSessions>();
        foreach (var some in (await ContactsOfAsync(user, mode)).Chunk(QuestionsAtOnce))
        {
            audience.AddRange(await readers.LongAsync(
                static (reader, asked) => asked.some.Where(other => MayKnow(reader, other.AccountId, asked.user, asked.mode)).ToList(),
                (some, user, mode)));
        }

        return audience;
    }

    /// <summary>
    /// The exceptions with <see cref="PresenceMode.All"/>: which of the others online may not know of which of these users.
    /// </summary>
    /// <exception cref="StorageException">The store could not be read.</exception>
    public async Task<HashSet<(long AccountId, long Other)>> HiddenAsync(IEnumerable<UserSessions> users, PresenceMode mode)
    {
        var inQuestion = users.Where(user => !IsKnownToAll(user, mode)).ToList();
        if (inQuestion is [])
            return NothingHidden;
        var hidden = new HashSet<(long, long)>();
        foreach (var some in inQuestion.Chunk(QuestionsAtOnce))
        {
            hidden.UnionWith(await readers.LongAsync(
                static (reader, asked) => asked.some.SelectMany(user => asked.rule.HiddenFrom(reader, user, asked.mode)).ToList(),
                (some, rule: this, mode)));
        }

        return hidden;
    }

    /// <summary>
    /// The rule. With <see cref="PresenceMode.All"/> everybody may know but those whom the user blocks, with
    /// <see cref="PresenceMode.Contacts"/> of these only those where both have written to the other, with
    /// <see cref="PresenceMode.Off"/> nobody.
    /// </summary>
    private static bool MayKnow(IStoreReader reader, long accountId, UserSessions user, PresenceMode mode) => mode switch
    {
        PresenceMode.All => !Blocks(reader, user, accountId),
        PresenceMode.Contacts => !Blocks(reader, user, accountId) && reader.HaveBothWritten(user.AccountId, accountId),
        _ => false,
    };

    /// <summary>Where the rule says yes whoever asks, without a look at the store.</summary>
    private static bool IsKnownToAll(UserSessions user, PresenceMode mode) => mode == PresenceMode.All && !user.MayBlock;

    private static bool Blocks(IStoreReader reader, UserSessions user, long accountId) =>
        user.MayBlock && reader.IsBlocked(user.AccountId, accountId);

    /// <summary>Of the others only those can be exceptions whom the user blocks.</summary>
    private IEnumerable<(long AccountId, long Other)> HiddenFrom(IStoreReader reader, UserSessions user, PresenceMode mode) =>
        reader.ListBlocked(user.AccountId)
            .Where(other => sessions.TryGetOnline(other, out _) && !MayKnow(reader, other, user, mode))
            .Select(other => (user.AccountId, other));

    /// <summary>With <see cref="PresenceMode.All"/> of whom a user knows anyway, and of whom only if the rule says so.</summary>
    private (List<UserSessions> Known, List<UserSessions> InQuestion) DivideOnline(UserSessions user)
    {
        var known = new List<UserSessions>();
        var inQuestion = new List<UserSessions>();
        foreach (var other in sessions.Users)
            (IsKnownToAll(other, PresenceMode.All) || other.AccountId == user.AccountId ? known : inQuestion).Add(other);
        return (known, inQuestion);
    }

    /// <summary>With <see cref="PresenceMode.Contacts"/> a user's contacts who are online, in whichever direction one asks.</summary>
    private async Task<List<UserSessions>> ContactsOfAsync(UserSessions user, PresenceMode mode)
    {
        var online = new List<UserSessions>();
        if (mode != PresenceMode.Contacts)
            return online;
        var contacts = await readers.LongAsync(static (reader, accountId) => reader.ListContacts(accountId), user.AccountId);
        foreach (var contact in contacts)
        {
            if (sessions.TryGetOnline(contact, out var other))
                online.Add(other);
        }

        return online;
    }
}
