using System.Net;

namespace InternalChat.Engine.Connections;

/// <summary>Whoever holds a <see cref="ConnectionPlace"/>.</summary>
public interface IPlaceOwner
{
    /// <summary>
    /// The place has gone to a newcomer: the connection is to end. Called at most once, on any thread; neither waits nor throws.
    /// </summary>
    void GiveWay();
}

/// <summary>
/// A connection's place among those that are not logged in, from its accept until it logs in or ends. Its state is
/// <see cref="ConnectionPlaces"/>', under whose lock everything of it happens. Thread-safe.
/// </summary>
public sealed class ConnectionPlace
{
    private readonly ConnectionPlaces _places;

    internal ConnectionPlace(ConnectionPlaces places, IPAddress? address, IPlaceOwner owner, PlacesOfNetwork network)
    {
        _places = places;
        Address = address;
        Owner = owner;
        Network = network;
        Node = new LinkedListNode<ConnectionPlace>(this);
    }

    internal IPAddress? Address { get; }

    internal PlacesOfNetwork Network { get; }

    /// <summary>Among the network's idle ones, while it is one of them.</summary>
    internal LinkedListNode<ConnectionPlace> Node { get; }

    internal IPlaceOwner Owner { get; set; }

    internal PlaceState State { get; set; }

    /// <summary>Since when it is idle, in the order of all.</summary>
    internal long Number { get; set; }

    /// <summary>Gives the place up, and the connection's share of the limits with it. May be called more than once.</summary>
    public void Leave() => _places.Leave(this);

    /// <summary>From now on another is told to give way.</summary>
    /// <returns>Why it cannot have the place; <see cref="CloseReason.None"/> if it has.</returns>
    internal CloseReason HandTo(IPlaceOwner owner) => _places.Hand(this, owner);

    /// <summary>A whole AUTH has come: until it is answered nobody takes the place away.</summary>
    /// <returns>False if the place is gone already.</returns>
    internal bool TryBeginLogin() => _places.TryBeginLogin(this);

    /// <summary>The AUTH was refused.</summary>
    /// <returns>False if the place goes to those who were turned away meanwhile: the connection is to end.</returns>
    internal bool TryKeepAfterRefusal() => _places.TryKeepAfterRefusal(this);

    /// <summary>The connection is logged in, and counts as one of all only.</summary>
    internal void LoggedIn() => _places.LoggedIn(this);
}

/// <summary>What a place is to its owner.</summary>
internal enum PlaceState
{
    /// <summary>No AUTH of its is being worked on: it may be taken away.</summary>
    Idle,

    /// <summary>An AUTH waits for a thread, the database, or the end of another session.</summary>
    LoggingIn,

    /// <summary>It is left, but the connection still counts as one of all.</summary>
    LoggedIn,

    /// <summary>It is somebody else's, or nobody's.</summary>
    Gone,
}

/// <summary>The places that one network has.</summary>
internal sealed class PlacesOfNetwork(PeerNetwork network)
{
    /// <summary>The network of which most are idle is last; of such, the one whose first has been idle for longest.</summary>
    public static readonly IComparer<PlacesOfNetwork> ByIdle = Comparer<PlacesOfNetwork>.Create(static (one, other) =>
        one.Idle.Count != other.Idle.Count
            ? one.Idle.Count.CompareTo(other.Idle.Count)
            : other.Idle.First!.Value.Number.CompareTo(one.Idle.First!.Value.Number));

    public PeerNetwork Network { get; } = network;

    /// <summary>In any state.</summary>
    public int Count { get; set; }

    /// <summary>In the order in which they became so.</summary>
    public LinkedList<ConnectionPlace> Idle { get; } = new();
}
