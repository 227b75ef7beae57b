using InternalChat.Client;
using InternalChat.Protocol;

namespace InternalChat.Terminal.Session;

/// <summary>Who exists, who is online and with whom this user talks, as far as this client has heard.</summary>
internal sealed class Roster
{
    private const int SmallServer = 50;

    private readonly SortedSet<UserName> _known = [];
    private readonly HashSet<UserName> _online = [];
    private readonly HashSet<UserName> _partners = [];

    internal IReadOnlyCollection<UserName> Known => _known;

    internal bool IsOnline(UserName user) => _online.Contains(user);

    internal void Replace(UserList list)
    {
        _known.UnionWith(list.Known);
        _online.Clear();
        _online.UnionWith(list.Online);
    }

    internal void CameOnline(UserName user)
    {
        _known.Add(user);
        _online.Add(user);
    }

    internal void WentOffline(UserName user)
    {
        _known.Add(user);
        _online.Remove(user);
    }

    /// <summary>Without a connection nobody is known to be there.</summary>
    internal void LoseSight() => _online.Clear();

    internal void TalkedTo(UserName user)
    {
        _known.Add(user);
        _partners.Add(user);
    }

    /// <summary>On a big server the comings and goings of strangers would bury the conversation.</summary>
    internal bool IsOfInterest(UserName user) => _known.Count <= SmallServer || _partners.Contains(user);
}
