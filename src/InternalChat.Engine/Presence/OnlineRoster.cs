using InternalChat.Engine.Sessions;

namespace InternalChat.Engine.Presence;

/// <summary>
/// Who is online, in the order of LIST: sorted when somebody asks and users have come or gone since it last was, for all who ask. Used on
/// readers' threads.
/// </summary>
internal sealed class OnlineRoster(SessionRegistry sessions)
{
    private volatile Sorted? _sorted;

    /// <summary>What <see cref="UsersSince"/> is to be given so that it holds everybody who is online now.</summary>
    public long Revision => sessions.OnlineRevision;

    /// <summary>The users who were online at some moment since the revision was read. Never changed, and not to be kept.</summary>
    public UserSessions[] UsersSince(long revision)
    {
        if (_sorted is { } sorted && sorted.Revision >= revision)
            return sorted.Users;
        // Before the users: what changes while they are gone through is sorted anew for whoever asks for it.
        var now = sessions.OnlineRevision;
        var users = Sort(sessions.Users);
        _sorted = new Sorted(now, users);
        return users;
    }

    /// <summary>Users in the order of their names.</summary>
    public static UserSessions[] Sort(IEnumerable<UserSessions> users)
    {
        UserSessions[] sorted = [.. users];
        Array.Sort(sorted, static (left, right) => left.Name.CompareTo(right.Name));
        return sorted;
    }

    private sealed record Sorted(long Revision, UserSessions[] Users);
}
