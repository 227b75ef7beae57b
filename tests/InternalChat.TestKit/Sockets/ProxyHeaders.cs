using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace InternalChat.TestKit.Sockets;

/// <summary>PROXY protocol headers as a proxy writes them, made after the specification and with nothing of the product.</summary>
public static class ProxyHeaders
{
    /// <summary>Version 1: a line for TCP over IPv4 or IPv6.</summary>
    public static byte[] Text(IPEndPoint source, IPEndPoint destination) =>
        Text(
            $"TCP{(source.AddressFamily == AddressFamily.InterNetwork ? 4 : 6)} "
                + $"{source.Address} {destination.Address} {source.Port} {destination.Port}");

    /// <summary>Version 1 with anything between <c>PROXY </c> and the line end.</summary>
    public static byte[] Text(string fields) => Encoding.Latin1.GetBytes($"PROXY {fields}\r\n");

    /// <summary>Version 2, command PROXY, for TCP over IPv4 or IPv6.</summary>
    public static byte[] Binary(IPEndPoint source, IPEndPoint destination, params byte[] typeLengthValues)
    {
        var ports = new byte[4];
        BinaryPrimitives.WriteUInt16BigEndian(ports, (ushort)source.Port);
        BinaryPrimitives.WriteUInt16BigEndian(ports.AsSpan(2), (ushort)destination.Port);
        byte[] addresses = [.. source.Address.GetAddressBytes(), .. destination.Address.GetAddressBytes(), .. ports];
        return Binary(0x21, (byte)(source.AddressFamily == AddressFamily.InterNetwork ? 0x11 : 0x21), [.. addresses, .. typeLengthValues]);
    }

    /// <summary>Version 2 with any command, family and rest.</summary>
    public static byte[] Binary(byte versionAndCommand, byte familyAndProtocol, params byte[] rest) =>
    [
        0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A,
        versionAndCommand, familyAndProtocol, (byte)(rest.Length >> 8), (byte)rest.Length, .. rest,
    ];

    /// <summary>Version 2, command LOCAL: the proxy speaks for itself.</summary>
    public static byte[] Local() => Binary(0x20, 0x00);

    /// <summary>A type-length-value field of version 2.</summary>
    public static byte[] Field(byte type, params byte[] value) => [type, (byte)(value.Length >> 8), (byte)value.Length, .. value];
}
