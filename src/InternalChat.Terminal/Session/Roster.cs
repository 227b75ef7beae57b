using InternalChat.Client;
using InternalChat.Protocol;

namespace InternalChat.Terminal.Session;

/// <summary>
/// Who exists, who is online and with whom this user talks, as far as this client has heard, and no more than it can hold.
/// </summary>
internal sealed class Roster
{
    private const int SmallServer = 50;
    private const int MostNames = 250_000;

    private readonly SortedSet<UserName> _known = [];
    private readonly HashSet<UserName> _online = [];
    private readonly HashSet<UserName> _partners = [];

    internal IReadOnlyCollection<UserName> Known => _known;

    internal bool IsOnline(UserName user) => _online.Contains(user);

    internal void Replace(UserList list)
    {
        foreach (var user in list.Known)
            Add(_known, user);
        _online.Clear();
        foreach (var user in list.Online)
            AddOnline(user);
    }

    internal void CameOnline(UserName user)
    {
        Add(_known, user);
        AddOnline(user);
    }

    internal void WentOffline(UserName user)
    {
        Add(_known, user);
        _online.Remove(user);
    }

    /// <summary>Without a connection nobody is known to be there.</summary>
    internal void LoseSight() => _online.Clear();

    internal void TalkedTo(UserName user)
    {
        Add(_known, user);
        Add(_partners, user);
    }

    /// <summary>On a big server the comings and goings of strangers would bury the conversation.</summary>
    internal bool IsOfInterest(UserName user) => _known.Count <= SmallServer || _partners.Contains(user);

    private void AddOnline(UserName user)
    {
        if (_partners.Contains(user))
            _online.Add(user);
        else
            Add(_online, user);
    }

    private static void Add(ISet<UserName> names, UserName user)
    {
        if (names.Count < MostNames)
            names.Add(user);
    }
}
