using InternalChat.Engine.Options;
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
    public const int QuestionsAtOnce = 128;

    private const int ContactsAtOnce = 1_024;

    private static readonly HashSet<(long, long)> NothingHidden = [];

    private readonly OnlineRoster _roster = new(sessions);

    /// <summary>Begins to go through the users online of whom a user may know, itself included.</summary>
    /// <exception cref="StorageException">The store could not be read.</exception>
    public async Task<OnlineWalk> KnownToAsync(UserSessions user, PresenceMode mode)
    {
        if (mode == PresenceMode.All)
            return new OnlineWalk(_roster, user, known: null);
        var known = new List<UserSessions> { user };
        foreach (var some in (await ContactsOfAsync(user, mode, user.AccountId)).Chunk(QuestionsAtOnce))
        {
            known.AddRange(await readers.LongAsync(
                static (reader, asked) => asked.some.Where(other => MayKnow(reader, asked.user.AccountId, other, asked.mode)).ToList(),
                (some, user, mode),
                user.AccountId));
        }

        var sorted = await readers.LongAsync(static (_, known) => OnlineRoster.Sort(known), known, user.AccountId);
        return new OnlineWalk(_roster, user, sorted);
    }

    /// <summary>The others online who may know of a user, with <see cref="PresenceMode.Contacts"/>.</summary>
    /// <exception cref="StorageException">The store could not be read.</exception>
    public async Task<List<UserSessions>> AudienceOfAsync(UserSessions user, PresenceMode mode)
    {
        var audience = new List<UserSessions>();
        foreach (var some in (await ContactsOfAsync(user, mode, asker: 0)).Chunk(QuestionsAtOnce))
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
        var walk = new HiddenWalk(this, inQuestion, mode);
        while (!await readers.LongAsync(static (reader, walk) => walk.Read(reader), walk))
        {
            // Others have their turn.
        }

        return walk.Hidden;
    }

    /// <summary>
    /// The rule. With <see cref="PresenceMode.All"/> everybody may know but those whom the user blocks, with
    /// <see cref="PresenceMode.Contacts"/> of these only those where both have written to the other, with
    /// <see cref="PresenceMode.Off"/> nobody.
    /// </summary>
    public static bool MayKnow(IStoreReader reader, long accountId, UserSessions user, PresenceMode mode) => mode switch
    {
        PresenceMode.All => !Blocks(reader, user, accountId),
        PresenceMode.Contacts => !Blocks(reader, user, accountId) && reader.HaveBothWritten(user.AccountId, accountId),
        _ => false,
    };

    /// <summary>Where the rule says yes whoever asks, without a look at the store.</summary>
    public static bool IsKnownToAll(UserSessions user, PresenceMode mode) => mode == PresenceMode.All && !user.MayBlock;

    private bool IsOnline(long accountId) => sessions.TryGetOnline(accountId, out _);

    private static bool Blocks(IStoreReader reader, UserSessions user, long accountId) =>
        user.MayBlock && reader.IsBlocked(user.AccountId, accountId);

    /// <summary>With <see cref="PresenceMode.Contacts"/> a user's contacts who are online, in whichever direction one asks.</summary>
    /// <param name="user">Whose contacts.</param>
    /// <param name="mode">Who may know of whom.</param>
    /// <param name="asker">The account for which they are read; 0 for none.</param>
    private async Task<List<UserSessions>> ContactsOfAsync(UserSessions user, PresenceMode mode, long asker)
    {
        var online = new List<UserSessions>();
        if (mode != PresenceMode.Contacts)
            return online;
        IReadOnlyList<long> page;
        var last = 0L;
        do
        {
            page = await readers.LongAsync(
                static (reader, asked) => reader.ListContacts(asked.AccountId, asked.last, ContactsAtOnce),
                (user.AccountId, last),
                asker);
            foreach (var contact in page)
            {
                if (sessions.TryGetOnline(contact, out var other))
                    online.Add(other);
                last = contact;
            }
        }
        while (page.Count == ContactsAtOnce);
        return online;
    }

    /// <summary>Goes through the users' lists of whom they block; of the others online only those can be exceptions.</summary>
    private sealed class HiddenWalk(PresenceRule rule, List<UserSessions> users, PresenceMode mode)
    {
        private int _next;
        private long _last;

        public HashSet<(long AccountId, long Other)> Hidden { get; } = [];

        /// <summary>Reads a slice.</summary>
        /// <returns>Whether that was the end.</returns>
        public bool Read(IStoreReader reader)
        {
            for (var questions = 0; questions < QuestionsAtOnce && _next < users.Count; questions++)
            {
                var user = users[_next];
                var page = reader.ListBlocked(user.AccountId, _last, QuestionsAtOnce);
                foreach (var other in page.Where(rule.IsOnline))
                {
                    questions++;
                    if (!MayKnow(reader, other, user, mode))
                        Hidden.Add((user.AccountId, other));
                }

                if (page.Count == QuestionsAtOnce)
                {
                    _last = page[^1];
                    return false;
                }

                (_next, _last) = (_next + 1, 0);
            }

            return _next == users.Count;
        }
    }
}
