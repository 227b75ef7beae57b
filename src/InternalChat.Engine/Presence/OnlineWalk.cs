using InternalChat.Engine.Options;
using InternalChat.Engine.Sessions;
using InternalChat.Protocol;
using InternalChat.Storage;

namespace InternalChat.Engine.Presence;

/// <summary>Takes names in their order.</summary>
internal interface INameSink
{
    /// <returns>False if there is no room for the name: it is offered again in the next slice.</returns>
    bool TryAdd(in UserName name);
}

/// <summary>
/// A user's way through those online of whom it may know, itself included, in the order of their names. Between two slices it holds no
/// more than the name at which it stands, and the users who were decided on if there are such, so whoever waits for a slow peer keeps no
/// list of everybody: the next slice goes on in what is then known.
/// </summary>
/// <param name="roster">Everybody online.</param>
/// <param name="asker">Who asks.</param>
/// <param name="known">Whom it is shown, sorted, if that has been decided already; null to decide as it goes.</param>
internal sealed class OnlineWalk(OnlineRoster roster, UserSessions asker, UserSessions[]? known)
{
    private readonly long _asked = roster.Revision;
    private UserName _last;

    /// <summary>Hands over the next names, until there is no room or enough was asked of the store. On a reader's thread.</summary>
    /// <returns>Whether more may follow.</returns>
    /// <exception cref="StorageException">The store could not be read.</exception>
    public bool Read(IStoreReader reader, INameSink sink)
    {
        var users = known ?? roster.UsersSince(_asked);
        var questions = 0;
        for (var next = IndexAfter(users, _last); next < users.Length; next++)
        {
            var other = users[next];
            if (IsInQuestion(other))
            {
                if (questions++ == PresenceRule.QuestionsAtOnce)
                    return true;
                if (!PresenceRule.MayKnow(reader, asker.AccountId, other, PresenceMode.All))
                {
                    // Asked and done with: the next slice does not ask again.
                    _last = other.Name;
                    continue;
                }
            }

            if (!sink.TryAdd(other.Name))
                return true;
            _last = other.Name;
        }

        return false;
    }

    private bool IsInQuestion(UserSessions other) =>
        known is null && other.AccountId != asker.AccountId && !PresenceRule.IsKnownToAll(other, PresenceMode.All);

    private static int IndexAfter(UserSessions[] users, in UserName name)
    {
        var (low, high) = (0, users.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (users[middle].Name <= name)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }
}
