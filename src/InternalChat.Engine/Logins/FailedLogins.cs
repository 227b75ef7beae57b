using System.Net;
using InternalChat.Engine.Connections;
using InternalChat.Engine.Diagnostics;
using InternalChat.Engine.Threads;
using InternalChat.Protocol;
using InternalChat.Protocol.Versions;
using Microsoft.Extensions.Logging;

namespace InternalChat.Engine.Logins;

/// <summary>
/// A line for each failed login, for people and for the programs that ban whoever guesses passwords. A peer must not be able to fill the
/// log: each network has <see cref="MaxLinesPerNetwork"/> lines a minute, all of them together <see cref="MaxLines"/>, and what is left
/// out is counted in one more line. Logins that fail without a guess get no more than half of either, so that they cannot hide guesses.
/// Thread-safe; remembers no more networks than there were lines.
/// </summary>
internal sealed class FailedLogins(TimeProvider time, ILogger logger) : IDisposable
{
    /// <summary>Lines a minute for one network: an IPv4 address, or an IPv6 network of 64 bits.</summary>
    public const int MaxLinesPerNetwork = 10;

    /// <summary>Lines a minute.</summary>
    public const int MaxLines = 300;

    private const string NoAddress = "unix";
    private const string NoName = "-";
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<PeerNetwork, int> _perNetwork = [];
    private RepeatingTimer? _timer;
    private int _lines;
    private long _leftOut;

    /// <summary>Networks that had a line in this minute.</summary>
    public int RememberedNetworks
    {
        get
        {
            lock (_gate)
                return _perNetwork.Count;
        }
    }

    /// <summary>Begins to forget and to tell once a minute.</summary>
    public void Start() => _timer = new RepeatingTimer(time, static () => Interval, Tell, "The count of failed logins", logger);

    /// <summary>Notes a refused login, if it says something about the peer.</summary>
    /// <param name="address">Where it came from; null for a peer without an address.</param>
    /// <param name="name">A valid name; null if the peer named none, for a line must not hold just any text of a stranger's.</param>
    /// <param name="code">Why it was refused.</param>
    public void Note(IPAddress? address, UserName? name, ErrorCode code)
    {
        if (IsOurTrouble(code) || !logger.IsEnabled(LogLevel.Information) || !HasLine(address, IsGuess(code)))
            return;
        LogMessages.LoginFailed(
            logger,
            address is null ? NoAddress : WithoutScope(address).ToString(),
            name?.ToString() ?? NoName,
            WireFormat.Word(code));
    }

    public void Dispose() => _timer?.Dispose();

    /// <summary>The password was right, or nobody has looked at it.</summary>
    private static bool IsOurTrouble(ErrorCode code) => code is ErrorCode.AlreadyConnected or ErrorCode.Busy or ErrorCode.Storage;

    private static bool IsGuess(ErrorCode code) => code is ErrorCode.AuthFailed or ErrorCode.AuthThrottled;

    /// <summary>The interface behind a link-local address (<c>fe80::1%2</c>) is none of the address.</summary>
    private static IPAddress WithoutScope(IPAddress address) =>
        address.IsIPv6LinkLocal ? new IPAddress(address.GetAddressBytes()) : address;

    private bool HasLine(IPAddress? address, bool isGuess)
    {
        var network = PeerNetwork.Of(address);
        var share = isGuess ? 1 : 2;
        lock (_gate)
        {
            var ofNetwork = _perNetwork.GetValueOrDefault(network);
            if (ofNetwork >= MaxLinesPerNetwork / share || _lines >= MaxLines / share)
            {
                _leftOut++;
                return false;
            }

            _perNetwork[network] = ofNetwork + 1;
            _lines++;
            return true;
        }
    }

    private void Tell()
    {
        long leftOut;
        lock (_gate)
        {
            (leftOut, _leftOut, _lines) = (_leftOut, 0, 0);
            _perNetwork.Clear();
        }

        if (leftOut > 0)
            LogMessages.LoginsFailedWithoutLine(logger, leftOut);
    }
}
