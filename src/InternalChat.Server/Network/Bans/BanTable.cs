using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace InternalChat.Server.Network.Bans;

/// <summary>
/// When the bans of networks end, found in a few look-ups however many there are: one for each length of prefix. Immutable.
/// </summary>
internal sealed class BanTable
{
    private const int AddressBytes = 16;
    private const int AddressBits = 128;

    // Where IPv4 addresses lie among those of IPv6.
    private const int MappedBits = 96;

    private readonly (UInt128 Mask, Dictionary<UInt128, long> Ends)[] _byLength;

    /// <param name="bans">The networks, each with the timestamp at which its ban ends.</param>
    public BanTable(IEnumerable<(IPNetwork Network, long EndsAt)> bans) => _byLength =
    [
        .. bans.GroupBy(static ban => Length(ban.Network)).Select(static group => (
            UInt128.MaxValue << (AddressBits - group.Key),
            group.ToDictionary(static ban => Key(ban.Network.BaseAddress), static ban => ban.EndsAt))),
    ];

    /// <summary>Whether a ban of the address goes on beyond a timestamp. Allocates nothing.</summary>
    public bool Covers(IPAddress address, long now)
    {
        if (_byLength is [])
            return false;
        var key = Key(address);
        foreach (var (mask, ends) in _byLength)
        {
            if (ends.TryGetValue(key & mask, out var endsAt) && endsAt > now)
                return true;
        }

        return false;
    }

    private static int Length(IPNetwork network) =>
        network.PrefixLength + (network.BaseAddress.AddressFamily == AddressFamily.InterNetwork ? MappedBits : 0);

    private static UInt128 Key(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[AddressBytes];
        if (address.AddressFamily == AddressFamily.InterNetworkV6)
        {
            address.TryWriteBytes(bytes, out _);
            return BinaryPrimitives.ReadUInt128BigEndian(bytes);
        }

        address.TryWriteBytes(bytes, out _);
        return new UInt128(0, 0xFFFF_0000_0000UL | BinaryPrimitives.ReadUInt32BigEndian(bytes));
    }
}
