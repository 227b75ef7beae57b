using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace InternalChat.Engine.Sessions;

/// <summary>
/// Who is connected and who is online. Connections come and go on their own threads; only the writer adds and removes online users;
/// everybody may look.
/// </summary>
internal sealed class SessionRegistry(EngineOptions options)
{
    private readonly ConcurrentDictionary<Session, byte> _connections = new();
    private readonly ConcurrentDictionary<long, Session> _online = new();
    private readonly Dictionary<IPAddress, int> _perAddress = [];
    private readonly Lock _gate = new();
    private int _count;

    /// <summary>Connections of any phase.</summary>
    public IEnumerable<Session> Connections => _connections.Select(static entry => entry.Key);

    /// <summary>Sessions of users who are online.</summary>
    public IEnumerable<Session> Online => _online.Select(static entry => entry.Value);

    public int ConnectionCount => Volatile.Read(ref _count);

    /// <summary>Registers a connection.</summary>
    /// <returns>False at a limit; then nothing was registered.</returns>
    public bool TryAdd(Session session)
    {
        lock (_gate)
        {
            if (_count >= options.MaxConnections)
                return false;
            if (session.RemoteAddress is { } address && options.MaxConnectionsPerAddress != int.MaxValue)
            {
                var ofAddress = _perAddress.GetValueOrDefault(address);
                if (ofAddress >= options.MaxConnectionsPerAddress)
                    return false;
                _perAddress[address] = ofAddress + 1;
            }

            _count++;
        }

        _connections.TryAdd(session, 0);
        return true;
    }

    /// <summary>Takes a registered connection out.</summary>
    public void Remove(Session session)
    {
        _connections.TryRemove(session, out _);
        lock (_gate)
        {
            _count--;
            if (session.RemoteAddress is { } address && _perAddress.TryGetValue(address, out var ofAddress))
            {
                if (ofAddress == 1)
                    _perAddress.Remove(address);
                else
                    _perAddress[address] = ofAddress - 1;
            }
        }
    }

    public bool TryGetOnline(long accountId, [NotNullWhen(true)] out Session? session) => _online.TryGetValue(accountId, out session);

    /// <summary>Called by the writer only.</summary>
    public void SetOnline(Session session) => _online[session.AccountId] = session;

    /// <summary>Called by the writer only.</summary>
    public void SetOffline(Session session) => _online.TryRemove(session.AccountId, out _);
}
