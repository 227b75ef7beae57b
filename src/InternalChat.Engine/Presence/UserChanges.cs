using InternalChat.Engine.Sessions;

namespace InternalChat.Engine.Presence;

/// <summary>How one user came and went inside a window, in order.</summary>
internal readonly struct UserChanges
{
    private readonly PresenceChange[] _changes;

    private UserChanges(PresenceChange[] changes) => _changes = changes;

    public long AccountId => _changes[0].AccountId;

    /// <summary>Came or went, and did not turn back inside the window.</summary>
    public bool IsSingle => _changes.Length == 1;

    /// <summary>How it stands at the end of the window.</summary>
    public PresenceChange Last => _changes[^1];

    /// <summary>A window's changes by user, in the order in which users first changed.</summary>
    public static IEnumerable<UserChanges> ByUser(IEnumerable<PresenceChange> window) =>
        window.GroupBy(static change => change.AccountId).Select(static ofUser => new UserChanges([.. ofUser]));

    /// <summary>Whether what a session of another user saw at its login, or was told before, is no longer so.</summary>
    public bool Concern(Session session)
    {
        if (session.AccountId == AccountId)
            return false;
        var isOtherwise = false;
        foreach (var change in _changes)
            isOtherwise ^= change.Sequence > session.OnlineSequence;
        return isOtherwise;
    }
}
