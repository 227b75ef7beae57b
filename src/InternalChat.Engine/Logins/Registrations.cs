using System.Net;
using InternalChat.Engine.Connections;
using InternalChat.Engine.Diagnostics;
using InternalChat.Engine.Options;
using InternalChat.Protocol;
using InternalChat.Storage;
using Microsoft.Extensions.Logging;

namespace InternalChat.Engine.Logins;

/// <summary>Why a new name got no account, beside that registration may be closed.</summary>
internal enum RegistrationRefusal
{
    /// <summary>As many have been made as may be, from that network or in all.</summary>
    Limit,

    /// <summary>The store is short of room, and what is left is for messages.</summary>
    LowDisk,
}

/// <summary>
/// Decides who may make an account. One that is being made counts from the moment that a thread hashes its password, and is taken back
/// if it comes to nothing, so that those who ask at the same time do not all get in. Thread-safe.
/// </summary>
/// <remarks>
/// An IPv6 site counts as one network: otherwise a single one could use up what all have together. Peers on this machine, who have no
/// address or the loopback one, make as many as they like and use nothing up. A crowded network has no limit of its own.
/// </remarks>
internal sealed class Registrations(
    CurrentOptions current, IStoreWriter store, EngineMetrics metrics, TimeProvider time, ILogger logger)
{
    private const int NetworksOfAll = 10;

    private static PeerNetwork All => default;
    private static readonly TimeSpan BetweenLines = TimeSpan.FromMinutes(10);

    private readonly KindCounts<RegistrationRefusal> _refused = metrics.AddCounter(
        "internalchat.registration.refused", "{login}",
        "Logins with a new name that got no account although registration is open, by reason.",
        Enum.GetValues<RegistrationRefusal>());
    private readonly RecoveringCounts<PeerNetwork> _made = new(network => LimitOf(network, current.Live), time);
    private readonly Lock _gate = new();
    private long? _toldAt;
    private long _refusedSince;

    /// <summary>Why this peer could not begin to make one now; null if it could.</summary>
    public RegistrationRefusal? Refuse(IPAddress? address)
    {
        if (store.IsShortOfRoom)
            return Note(RegistrationRefusal.LowDisk);
        return _made.IsOpen(CountedOf(address)) ? null : NoteLimit(address);
    }

    /// <summary>Begins to make one, and counts it as made until <see cref="TakeBack"/>.</summary>
    /// <returns>Why it may not; null if it may.</returns>
    public RegistrationRefusal? Begin(IPAddress? address) => _made.TryBegin(CountedOf(address)) ? null : NoteLimit(address);

    /// <summary>It came to nothing.</summary>
    public void TakeBack(IPAddress? address) => _made.TakeBack(CountedOf(address));

    private List<PeerNetwork> CountedOf(IPAddress? address)
    {
        if (address is null || IPAddress.IsLoopback(address) || current.Live.RegistrationLimit is null)
            return [];
        if (current.Live.IsCrowded(address))
            return [All];
        var network = PeerNetwork.Of(address);
        return [network.Site ?? network, All];
    }

    private static RecoveringLimit LimitOf(PeerNetwork network, LiveOptions options)
    {
        // It may have been lifted a moment ago.
        var limit = options.RegistrationLimit is { } set
            ? RecoveringLimit.Of(set)
            : new RecoveringLimit(int.MaxValue / NetworksOfAll, TimeSpan.FromDays(1));
        return network == All ? limit.Times(NetworksOfAll) : limit;
    }

    private RegistrationRefusal Note(RegistrationRefusal refusal)
    {
        _refused.Add(refusal);
        return refusal;
    }

    /// <summary>Tells the operator, but not each time: the log must not grow by what a stranger sends.</summary>
    private RegistrationRefusal NoteLimit(IPAddress? address)
    {
        long toTell;
        lock (_gate)
        {
            _refusedSince++;
            if (_toldAt is { } at && time.GetElapsedTime(at) < BetweenLines)
                return Note(RegistrationRefusal.Limit);
            (toTell, _toldAt, _refusedSince) = (_refusedSince, time.GetTimestamp(), 0);
        }

        LogMessages.RegistrationsRefused(logger, toTell, address);
        return Note(RegistrationRefusal.Limit);
    }
}

/// <summary>Why a login was refused.</summary>
/// <param name="Code">What the peer is told.</param>
/// <param name="Registration">Why it got no account, if it was to get one.</param>
internal readonly record struct LoginRefusal(ErrorCode Code, RegistrationRefusal? Registration = null)
{
    public static implicit operator LoginRefusal(ErrorCode code) => new(code);

    public static implicit operator LoginRefusal(RegistrationRefusal refusal) =>
        new(refusal == RegistrationRefusal.LowDisk ? ErrorCode.Storage : ErrorCode.Busy, refusal);
}
