using InternalChat.Engine.Delivery;
using InternalChat.Engine.Reading;
using InternalChat.Engine.Sessions;
using InternalChat.Storage;

namespace InternalChat.Engine.Presence;

/// <summary>
/// Who may know that a user is online: one rule, for presence and for LIST. A user knows of itself; of others, what
/// <see cref="MayKnow"/> says. Who is blocked and who has written stands in the file, so the answers come from a reader's thread, and only
/// where the session alone does not tell.
/// </summary>
/// <remarks>Any thread.</remarks>
internal sealed class PresenceRule(SessionRegistry sessions, IReaders readers)
{
    /// <summary>So many questions a reader's thread answers before it turns to others.</summary>
    private const int QuestionsAtOnce = 128;

    private static readonly HashSet<(long, long)> NothingHidden = [];

    /// <summary>The users online of whom a user may know, itself included.</summary>
    /// <exception cref="StorageException">The file could not be read.</exception>
    public async Task<List<Session>> KnownToAsync(Session user, PresenceMode mode)
    {
        var known = new List<Session>();
        var inQuestion = new List<Session>();
        foreach (var other in mode == PresenceMode.All ? sessions.Online : await ContactsOfAsync(user, mode))
            (IsKnownToAll(other, mode) || other.AccountId == user.AccountId ? known : inQuestion).Add(other);
        // Only All begins with the user itself.
        if (mode != PresenceMode.All)
            known.Add(user);
        foreach (var some in inQuestion.Chunk(QuestionsAtOnce))
        {
            known.AddRange(await readers.RunAsync(
                static (reader, asked) => asked.some.Where(other => MayKnow(reader, asked.user.AccountId, other, asked.mode)).ToList(),
                (some, user, mode)));
        }

        return known;
    }

    /// <summary>The others online who may know of a user, with <see cref="PresenceMode.Contacts"/>.</summary>
    /// <exception cref="StorageException">The file could not be read.</exception>
    public async Task<List<Session>> AudienceOfAsync(Session user, PresenceMode mode)
    {
        var audience = new List<Session>();
        foreach (var some in (await ContactsOfAsync(user, mode)).Chunk(QuestionsAtOnce))
        {
            audience.AddRange(await readers.RunAsync(
                static (reader, asked) => asked.some.Where(other => MayKnow(reader, other.AccountId, asked.user, asked.mode)).ToList(),
                (some, user, mode)));
        }

        return audience;
    }

    /// <summary>
    /// The exceptions with <see cref="PresenceMode.All"/>: which of the others online may not know of which of these users.
    /// </summary>
    /// <exception cref="StorageException">The file could not be read.</exception>
    public async Task<HashSet<(long AccountId, long Other)>> HiddenAsync(IEnumerable<Session> users, PresenceMode mode)
    {
        var inQuestion = users.Where(user => !IsKnownToAll(user, mode)).ToList();
        if (inQuestion is [])
            return NothingHidden;
        var hidden = new HashSet<(long, long)>();
        foreach (var some in inQuestion.Chunk(QuestionsAtOnce))
        {
            hidden.UnionWith(await readers.RunAsync(
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
    private static bool MayKnow(IStoreReader reader, long accountId, Session user, PresenceMode mode) => mode switch
    {
        PresenceMode.All => !Blocks(reader, user, accountId),
        PresenceMode.Contacts => !Blocks(reader, user, accountId) && reader.HaveBothWritten(user.AccountId, accountId),
        _ => false,
    };

    /// <summary>Where the rule says yes whoever asks, without a look at the file.</summary>
    private static bool IsKnownToAll(Session user, PresenceMode mode) => mode == PresenceMode.All && !user.MayBlock;

    private static bool Blocks(IStoreReader reader, Session user, long accountId) =>
        user.MayBlock && reader.IsBlocked(user.AccountId, accountId);

    /// <summary>Of the others only those can be exceptions whom the user blocks.</summary>
    private IEnumerable<(long AccountId, long Other)> HiddenFrom(IStoreReader reader, Session user, PresenceMode mode) =>
        reader.ListBlocked(user.AccountId)
            .Where(other => sessions.TryGetOnline(other, out _) && !MayKnow(reader, other, user, mode))
            .Select(other => (user.AccountId, other));

    /// <summary>With <see cref="PresenceMode.Contacts"/> a user's contacts who are online, in whichever direction one asks.</summary>
    private async Task<List<Session>> ContactsOfAsync(Session user, PresenceMode mode)
    {
        var online = new List<Session>();
        if (mode != PresenceMode.Contacts)
            return online;
        var contacts = await readers.RunAsync(static (reader, accountId) => reader.ListContacts(accountId), user.AccountId);
        foreach (var contact in contacts)
        {
            if (sessions.TryGetOnline(contact, out var session))
                online.Add(session);
        }

        return online;
    }
}
