using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace InternalChat.Server.Network.ProxyProtocol;

/// <summary>
/// Has every connection of a listener begin with a PROXY header, and takes the client's address from it. A listener either has
/// proxies behind it or clients: where a header could be left out, or be sent by anybody, the address in it would prove nothing. So
/// whoever does not come from an allowed network, or sends something else, is closed without an answer.
/// </summary>
/// <param name="networks">Who may say so over TCP. Whoever may open a Unix socket's file may say so there.</param>
/// <param name="time">For the deadline.</param>
internal sealed class ProxyProtocolMiddleware(IReadOnlyList<IPNetwork> networks, TimeProvider time)
{
    /// <summary>Within which the header must be there; the time to authenticate begins after it.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);

    /// <summary>Connection middleware that goes before TLS.</summary>
    public ConnectionDelegate Require(ConnectionDelegate next) => async connection =>
    {
        var pending = connection.Features.Get<PendingConnection>()!;
        var expected = pending.Refusal;
        pending.Refusal = Refusal.NotFromProxy;
        if (!IsProxy(connection.RemoteEndPoint))
            return;
        pending.Refusal = Refusal.NoProxyHeader;
        if (await TryReadHeaderAsync(connection) is not { } length)
            return;
        pending.HeaderBytes = length;
        pending.Refusal = expected;
        await next(connection);
    };

    private bool IsProxy(EndPoint? peer)
    {
        if (peer is not IPEndPoint { Address: var address })
            return peer is UnixDomainSocketEndPoint;
        var unmapped = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return networks.Any(network => network.Contains(unmapped));
    }

    /// <returns>The header's length in bytes; null where there was none.</returns>
    private async Task<int?> TryReadHeaderAsync(ConnectionContext connection)
    {
        using var deadline = new CancellationTokenSource(Deadline, time);
        var input = connection.Transport.Input;
        try
        {
            while (true)
            {
                var received = await input.ReadAsync(deadline.Token);
                var status = ProxyHeaderParser.Parse(received.Buffer, out var header, out var length);
                var consumed = received.Buffer.GetPosition(length);
                input.AdvanceTo(consumed, status == ProxyHeaderStatus.Incomplete ? received.Buffer.End : consumed);
                if (status == ProxyHeaderStatus.Complete)
                {
                    connection.RemoteEndPoint = header.Client ?? connection.RemoteEndPoint;
                    return length;
                }

                if (status == ProxyHeaderStatus.Malformed || received.IsCompleted)
                    return null;
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException)
        {
            return null;
        }
    }
}
