using System.Net;
using System.Net.Sockets;
using InternalChat.Server.Settings.Parsing;

namespace InternalChat.Server.Network;

/// <summary>Why the server cannot listen somewhere: which setting asks for the place, the place in its words, and who has it.</summary>
internal static class ListenFailure
{
    private const int FirstUnprivilegedPort = 1_024;

    /// <summary>The failure in one line.</summary>
    /// <param name="said">What asks for the place.</param>
    /// <param name="endpoint">The place.</param>
    /// <param name="failure">What became of it.</param>
    public static IOException Because(SettingText said, EndPoint endpoint, Exception failure) =>
        new($"{said.Source}: cannot listen on {said.Text}: {Reason(endpoint, failure)}", failure);

    private static string Reason(EndPoint endpoint, Exception failure)
    {
        var cause = failure;
        while (cause is not SocketException && cause.InnerException is { } inner)
            cause = inner;
        return (endpoint, (cause as SocketException)?.SocketErrorCode) switch
        {
            (IPEndPoint ip, SocketError.AddressAlreadyInUse) => PortOwner.Find(ip) is { } owner
                ? $"{owner} has the port"
                : "another process has the port; ss -ltnp, as root, tells which",
            (IPEndPoint { Port: < FirstUnprivilegedPort }, SocketError.AccessDenied) =>
                $"a port below {FirstUnprivilegedPort} takes root or the capability CAP_NET_BIND_SERVICE",
            (IPEndPoint, SocketError.AddressNotAvailable) => "this host does not have the address",
            (IPEndPoint { AddressFamily: AddressFamily.InterNetworkV6 }, SocketError.AddressFamilyNotSupported) => "this host has no IPv6",
            _ => failure.Message,
        };
    }
}
