using System.Net;
using System.Net.Sockets;

namespace InternalChat.Server.Network;

/// <summary>A place to listen at, and what is spoken there.</summary>
/// <param name="EndPoint">An IP address and port, or a Unix socket.</param>
/// <param name="UsesTls">Never on a Unix socket, whose bytes leave the machine as little as a pipe's.</param>
/// <param name="IsForProxies">Whether every connection begins with a PROXY header.</param>
internal sealed record Listener(EndPoint EndPoint, bool UsesTls, bool IsForProxies)
{
    /// <summary>Between an address's scheme and the rest.</summary>
    public const string ProxySuffix = "+proxy";

    /// <summary>Whether bytes that are not encrypted can be read by other machines.</summary>
    public bool IsExposed => !UsesTls && EndPoint is IPEndPoint ip && !IPAddress.IsLoopback(ip.Address);

    /// <summary>What is spoken, for people.</summary>
    public string Protocol => (UsesTls ? "TLS" : "plain") + (IsForProxies ? " from proxies" : "");

    /// <summary>The place, for people: <c>127.0.0.1:9000</c> or <c>unix:/run/chat.sock</c>.</summary>
    public string Place => EndPoint is UnixDomainSocketEndPoint ? $"unix:{EndPoint}" : $"{EndPoint}";

    /// <summary>As <c>--listen</c> takes it.</summary>
    public override string ToString() => EndPoint is UnixDomainSocketEndPoint
        ? $"unix{(IsForProxies ? ProxySuffix : "")}:{EndPoint}"
        : $"{(UsesTls ? "tls" : "tcp")}{(IsForProxies ? ProxySuffix : "")}://{EndPoint}";

    /// <summary>Whether both cannot be bound: the same socket, or the same port of an address that is within the other's.</summary>
    public bool CollidesWith(Listener other) => (EndPoint, other.EndPoint) switch
    {
        (IPEndPoint one, IPEndPoint two) => one.Port != 0 && one.Port == two.Port
            && (Covers(one.Address, two.Address) || Covers(two.Address, one.Address)),
        var (one, two) => one.Equals(two),
    };

    // :: takes IPv4 connections as well.
    private static bool Covers(IPAddress one, IPAddress two) =>
        one.Equals(two) || one.Equals(IPAddress.IPv6Any) || (one.Equals(IPAddress.Any) && two.AddressFamily == AddressFamily.InterNetwork);
}
