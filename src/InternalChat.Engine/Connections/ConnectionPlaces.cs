using System.Net;
using InternalChat.Engine.Diagnostics;
using InternalChat.Engine.Options;
using Microsoft.Extensions.Logging;

namespace InternalChat.Engine.Connections;

/// <summary>
/// Who may connect: so many in all, so many from one address, and of those that are not logged in no more than a share. When there is no
/// room, a newcomer takes the place that has been idle for longest in the network with most idle ones, so nobody keeps others out by
/// connecting often. A place is idle while no AUTH of its connection is being worked on; one with an AUTH is never taken, therefore a
/// network may have no more than half of the places. Thread-safe.
/// </summary>
/// <remarks>
/// A step is a few look-ups under one lock and one move in a tree of the networks that have idle places. A newcomer that takes another's
/// place costs two moves: about 1 µs with one network, 3 with 1,000, 13 with 100,000. Whoever must give way is told outside the lock.
/// </remarks>
/// <param name="options">What is in force now.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">For the operator.</param>
public sealed class ConnectionPlaces(Func<LiveOptions> options, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan BetweenWarnings = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<PeerNetwork, PlacesOfNetwork> _networks = [];
    private readonly SortedSet<PlacesOfNetwork> _withIdle = new(PlacesOfNetwork.ByIdle);
    private readonly Dictionary<PeerNetwork, int> _perAddress = [];
    private int _count;
    private int _unauthenticated;
    private int _turnedAway;
    private long _taken;
    private long _lastNumber;
    private long? _warnedAt;
    private bool _isClosed;

    /// <summary>Connections of any phase.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Connections that are not logged in.</summary>
    internal int Unauthenticated => Volatile.Read(ref _unauthenticated);

    /// <summary>How many connections have come, and how many have gone, since the start, in sum.</summary>
    internal long Turnover => 2 * Volatile.Read(ref _taken) - Count;

    /// <summary>Takes a place for a connection that the engine does not know yet.</summary>
    /// <param name="address">The peer's; null for one that has none or whose address is not known yet.</param>
    /// <param name="owner">Who is told if it must give way.</param>
    /// <param name="mayPushOut">Whether somebody else may be told to give way for it.</param>
    /// <returns>Null if there is none.</returns>
    public ConnectionPlace? TryTake(IPAddress? address, IPlaceOwner owner, bool mayPushOut = true)
    {
        _ = Take(address, owner, mayPushOut, out var place);
        return place;
    }

    /// <summary>Takes a place.</summary>
    /// <returns>Why there is none; <see cref="CloseReason.None"/> if there is.</returns>
    internal CloseReason Take(IPAddress? address, IPlaceOwner owner, bool mayPushOut, out ConnectionPlace? place)
    {
        var limits = options();
        ConnectionPlace? loser = null;
        var refusal = CloseReason.None;
        var hasItsShare = false;
        place = null;
        lock (_gate)
        {
            if (_isClosed)
                return CloseReason.ServerShutdown;
            var peer = PeerNetwork.Of(address);
            if (peer.HasAddress && _perAddress.GetValueOrDefault(peer) >= limits.MaxConnectionsPerAddress)
                return CloseReason.ServerFull;
            var isCrowded = IsCrowded(address, limits);
            var network = NetworkOf(isCrowded ? peer : peer.Site ?? peer);
            hasItsShare = !isCrowded && network.Count >= limits.UnauthenticatedOfNetwork;
            if (!hasItsShare && !IsFull(limits))
                _turnedAway = 0;
            else if (mayPushOut && (loser = Loser(network, ofItself: hasItsShare)) is not null)
                Vacate(loser);
            else
                refusal = TurnAway(isOwed: mayPushOut && !hasItsShare);
            if (refusal == CloseReason.None)
                place = Seat(new ConnectionPlace(this, address, owner, network));
        }

        loser?.Owner.GiveWay();
        if ((hasItsShare || loser is not null) && IsWarningDue())
            Warn(limits, hasItsShare ? address : loser!.Address, hasItsShare);
        return refusal;
    }

    /// <summary>There are no more places from now on.</summary>
    internal void Close()
    {
        lock (_gate)
            _isClosed = true;
    }

    /// <summary>A connection has ended that was logged in and holds no place any more.</summary>
    internal void LeaveLoggedIn(IPAddress? address)
    {
        lock (_gate)
            Uncount(address);
    }

    internal void Leave(ConnectionPlace place)
    {
        lock (_gate)
        {
            if (place.State == PlaceState.LoggedIn)
                Uncount(place.Address);
            else if (place.State != PlaceState.Gone)
                Vacate(place);
            place.State = PlaceState.Gone;
        }
    }

    internal CloseReason Hand(ConnectionPlace place, IPlaceOwner owner)
    {
        lock (_gate)
        {
            place.Owner = owner;
            if (place.State == PlaceState.Gone)
                return CloseReason.MadeRoom;
            if (!_isClosed)
                return CloseReason.None;
            Vacate(place);
            return CloseReason.ServerShutdown;
        }
    }

    internal bool TryBeginLogin(ConnectionPlace place)
    {
        lock (_gate)
        {
            if (place.State != PlaceState.Idle)
                return false;
            RemoveIdle(place);
            place.State = PlaceState.LoggingIn;
            return true;
        }
    }

    internal bool TryKeepAfterRefusal(ConnectionPlace place)
    {
        var limits = options();
        lock (_gate)
        {
            if (place.State != PlaceState.LoggingIn)
                return false;
            // Else whoever sends one AUTH behind the other would never be idle.
            if (_turnedAway > 0 && IsFull(limits))
            {
                _turnedAway--;
                Vacate(place);
                return false;
            }

            AddIdle(place);
            return true;
        }
    }

    internal void LoggedIn(ConnectionPlace place)
    {
        lock (_gate)
        {
            if (place.State != PlaceState.LoggingIn)
                return;
            LeaveNetwork(place);
            place.State = PlaceState.LoggedIn;
        }
    }

    /// <summary>Who comes from there are many, by nature or by the operator's word.</summary>
    private static bool IsCrowded(IPAddress? address, LiveOptions limits)
    {
        if (address is null)
            return true;
        return IPAddress.IsLoopback(address) || limits.IsCrowded(address);
    }

    private bool IsFull(LiveOptions limits) => _unauthenticated >= limits.Unauthenticated || _count >= limits.MaxConnections;

    /// <summary>Who gives way for one more of a network, with which as many of it would be idle as of any other.</summary>
    private ConnectionPlace? Loser(PlacesOfNetwork network, bool ofItself)
    {
        var most = _withIdle.Max;
        return (ofItself || network.Idle.Count >= most?.Idle.Count ? network : most)?.Idle.First?.Value;
    }

    private CloseReason TurnAway(bool isOwed)
    {
        if (isOwed)
            _turnedAway = Math.Min(_turnedAway + 1, _unauthenticated);
        return CloseReason.ServerFull;
    }

    private PlacesOfNetwork NetworkOf(PeerNetwork key) => _networks.TryGetValue(key, out var network) ? network : new PlacesOfNetwork(key);

    private ConnectionPlace Seat(ConnectionPlace place)
    {
        _networks[place.Network.Network] = place.Network;
        place.Network.Count++;
        _unauthenticated++;
        _count++;
        _taken++;
        // Counted also where there is no limit, for one may be set.
        if (PeerNetwork.Of(place.Address) is { HasAddress: true } peer)
            _perAddress[peer] = _perAddress.GetValueOrDefault(peer) + 1;
        AddIdle(place);
        return place;
    }

    private void Vacate(ConnectionPlace place)
    {
        if (place.State == PlaceState.Idle)
            RemoveIdle(place);
        LeaveNetwork(place);
        Uncount(place.Address);
        place.State = PlaceState.Gone;
    }

    private void LeaveNetwork(ConnectionPlace place)
    {
        _unauthenticated--;
        if (--place.Network.Count == 0)
            _networks.Remove(place.Network.Network);
    }

    private void Uncount(IPAddress? address)
    {
        _count--;
        if (PeerNetwork.Of(address) is not { HasAddress: true } peer)
            return;
        if (_perAddress.TryGetValue(peer, out var ofAddress) && ofAddress > 1)
            _perAddress[peer] = ofAddress - 1;
        else
            _perAddress.Remove(peer);
    }

    private void AddIdle(ConnectionPlace place)
    {
        var network = place.Network;
        if (network.Idle.Count > 0)
            _withIdle.Remove(network);
        place.State = PlaceState.Idle;
        place.Number = ++_lastNumber;
        network.Idle.AddLast(place.Node);
        _withIdle.Add(network);
    }

    private void RemoveIdle(ConnectionPlace place)
    {
        var network = place.Network;
        _withIdle.Remove(network);
        network.Idle.Remove(place.Node);
        if (network.Idle.Count > 0)
            _withIdle.Add(network);
    }

    private bool IsWarningDue()
    {
        lock (_gate)
        {
            if (_warnedAt is { } warnedAt && time.GetElapsedTime(warnedAt) < BetweenWarnings)
                return false;
            _warnedAt = time.GetTimestamp();
            return true;
        }
    }

    private void Warn(LiveOptions limits, IPAddress? address, bool hasItsShare)
    {
        var network = address?.ToString() ?? "unix";
        if (hasItsShare)
            LogMessages.NetworkHasItsShare(logger, network, limits.UnauthenticatedOfNetwork);
        else
            LogMessages.PlacesTaken(logger, Unauthenticated, Count, network);
    }
}
