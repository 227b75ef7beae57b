using System.Buffers;
using System.Net;
using System.Text;
using CsCheck;
using InternalChat.Server.Network.ProxyProtocol;
using InternalChat.TestKit;
using InternalChat.TestKit.Sockets;

namespace InternalChat.Server.Tests.Network;

/// <summary>HAProxy's <c>doc/proxy-protocol.txt</c>, sections 2.1 and 2.2.</summary>
public sealed class ProxyHeaderTests
{
    private const int LongestText = 107;
    private const int LongestBinary = 4_096;
    private const string LongestAddress = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff";

    private static readonly IPEndPoint Server = new(IPAddress.Parse("192.0.2.200"), 9000);
    private static readonly IPEndPoint Server6 = new(IPAddress.Parse("2001:db8::200"), 9000);

    [Theory]
    [InlineData("TCP4 192.0.2.1 192.0.2.200 56324 443", "192.0.2.1:56324")]
    [InlineData("TCP4 255.255.255.255 255.255.255.255 65535 65535", "255.255.255.255:65535")]
    [InlineData("TCP4 0.0.0.0 0.0.0.0 0 0", "0.0.0.0:0")]
    [InlineData("TCP6 2001:db8::1 2001:db8::2 1 2", "[2001:db8::1]:1")]
    [InlineData("TCP6 2001:0DB8:0000:0000:0000:0000:0000:0001 ::1 1 2", "[2001:db8::1]:1")]
    [InlineData($"TCP6 {LongestAddress} {LongestAddress} 65535 65535", $"[{LongestAddress}]:65535")]
    [InlineData("TCP6 ::ffff:192.0.2.1 ::ffff:192.0.2.2 1 2", "[::ffff:192.0.2.1]:1")]
    [InlineData("UNKNOWN", null)]
    [InlineData("UNKNOWN whatever  stands here", null)]
    [InlineData($"UNKNOWN {LongestAddress} {LongestAddress} 65535 65535", null)]
    public void Reads_a_line_of_version_1_however_it_arrives(string fields, string? client) =>
        AssertReads(ProxyHeaders.Text(fields), client is null ? null : IPEndPoint.Parse(client));

    [Theory]
    [InlineData("")]
    [InlineData("TCP4")]
    [InlineData("TCP5 192.0.2.1 192.0.2.2 1 2")]
    [InlineData("tcp4 192.0.2.1 192.0.2.2 1 2")]
    [InlineData("UNKNOWNS")]
    [InlineData("UDP4 192.0.2.1 192.0.2.2 1 2")]
    [InlineData("TCP4 192.0.2.1 192.0.2.2 1")]
    [InlineData("TCP4 192.0.2.1 192.0.2.2 1 2 3")]
    [InlineData("TCP4 192.0.2.1 192.0.2.2 1 2 ")]
    [InlineData("TCP4  192.0.2.1 192.0.2.2 1 2")]
    [InlineData("TCP4\t192.0.2.1 192.0.2.2 1 2")]
    [InlineData("TCP4 192.0.2.1 192.0.2.2 1 65536")]
    [InlineData("TCP4 192.0.2.1 192.0.2.2 65536 1")]
    [InlineData("TCP4 192.0.2.1 192.0.2.2 01 2")]
    [InlineData("TCP4 192.0.2.1 192.0.2.2 00 2")]
    [InlineData("TCP4 192.0.2.1 192.0.2.2 -1 2")]
    [InlineData("TCP4 192.0.2.1 192.0.2.2 +1 2")]
    [InlineData("TCP4 192.0.2.1 192.0.2.2 1e1 2")]
    [InlineData("TCP4 192.0.2.256 192.0.2.2 1 2")]
    [InlineData("TCP4 192.0.2.01 192.0.2.2 1 2")]
    [InlineData("TCP4 192.0.513 192.0.2.2 1 2")]
    [InlineData("TCP4 3221225985 192.0.2.2 1 2")]
    [InlineData("TCP4 0xC0.0.2.1 192.0.2.2 1 2")]
    [InlineData("TCP4 192.0.2.1 192.0.2 1 2")]
    [InlineData("TCP4 192.0.2.1:5 192.0.2.2 1 2")]
    [InlineData("TCP4 2001:db8::1 2001:db8::2 1 2")]
    [InlineData("TCP6 192.0.2.1 192.0.2.2 1 2")]
    [InlineData("TCP6 2001:db8::1 192.0.2.2 1 2")]
    [InlineData("TCP6 2001:db8:::1 2001:db8::2 1 2")]
    [InlineData("TCP6 1:2:3:4:5:6:7:8:9 2001:db8::2 1 2")]
    [InlineData("TCP6 fe80::1%1 2001:db8::2 1 2")]
    [InlineData("TCP6 [2001:db8::1] 2001:db8::2 1 2")]
    [InlineData("TCP6 2001:db8::1/64 2001:db8::2 1 2")]
    [InlineData("TCP4 192.0.2.1 192.0.2.2 1 2\0")]
    [InlineData("TCP4 localhost 192.0.2.2 1 2")]
    public void Refuses_a_line_of_version_1_that_does_not_match_exactly(string fields) => AssertRefuses(ProxyHeaders.Text(fields));

    [Theory]
    [InlineData("PROXY TCP4 192.0.2.1 192.0.2.2 1 2\n")]
    [InlineData("PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\r\n")]
    [InlineData("PROXY TCP4 192.0.2.1 192.0.2.2 1 2\rx")]
    [InlineData("PROXY UNKNOWN some\nthing\r\n")]
    [InlineData("PROXY\r\n")]
    [InlineData("PROXY  TCP4 192.0.2.1 192.0.2.2 1 2\r\n")]
    [InlineData("proxy TCP4 192.0.2.1 192.0.2.2 1 2\r\n")]
    [InlineData("PING\r\n")]
    [InlineData("P\r\n")]
    [InlineData("AUTH alice a-good-password\n")]
    [InlineData("GET / HTTP/1.1\r\n")]
    [InlineData("\r\n\r\n\0\r\nQUIT\r")]
    [InlineData("\x16\x03\x01\x02\x00\x01")]
    [InlineData("\n")]
    [InlineData(" PROXY UNKNOWN\r\n")]
    public void Refuses_what_only_looks_like_a_header(string bytes) => AssertRefuses(Encoding.Latin1.GetBytes(bytes));

    [Fact]
    public void A_line_of_version_1_has_at_most_107_bytes()
    {
        var padding = new string('x', LongestText - "PROXY UNKNOWN \r\n".Length);
        AssertReads(ProxyHeaders.Text("UNKNOWN " + padding), client: null);
        AssertRefuses(ProxyHeaders.Text("UNKNOWN x" + padding));
        // It can no longer end in time.
        AssertRefuses(Encoding.Latin1.GetBytes("PROXY UNKNOWN " + padding + "xx"));
    }

    [Theory]
    [InlineData("192.0.2.1", 56324)]
    [InlineData("255.255.255.255", 65535)]
    [InlineData("2001:db8::1", 1)]
    [InlineData("::ffff:192.0.2.1", 0)]
    public void Reads_the_addresses_of_version_2_however_they_arrive(string address, int port)
    {
        var client = new IPEndPoint(IPAddress.Parse(address), port);
        AssertReads(ProxyHeaders.Binary(client, ServerLike(client)), client);
    }

    [Fact]
    public void Skips_the_fields_behind_the_addresses_of_version_2()
    {
        var client = new IPEndPoint(IPAddress.Parse("192.0.2.1"), 1);
        byte[] fields = [.. ProxyHeaders.Field(0x02, "chat.example.org"u8.ToArray()), .. ProxyHeaders.Field(0x04, new byte[300])];
        AssertReads(ProxyHeaders.Binary(client, Server, fields), client);
        // Not even fields that are none are read.
        AssertReads(ProxyHeaders.Binary(client, Server, 0xFF), client);
    }

    [Theory]
    [InlineData(0x20, 0x00, 0)]
    [InlineData(0x20, 0x00, 40)]
    [InlineData(0x20, 0x11, 0)]
    [InlineData(0x20, 0xFF, 12)]
    [InlineData(0x21, 0x00, 0)]
    [InlineData(0x21, 0x00, 20)]
    [InlineData(0x21, 0x10, 12)]
    [InlineData(0x21, 0x12, 12)]
    [InlineData(0x21, 0x22, 36)]
    [InlineData(0x21, 0x31, 216)]
    [InlineData(0x21, 0x32, 216)]
    public void A_header_of_version_2_may_name_nobody(byte versionAndCommand, byte family, int rest) =>
        AssertReads(ProxyHeaders.Binary(versionAndCommand, family, new byte[rest]), client: null);

    [Theory]
    [InlineData(0x11, 0x11, 12)]
    [InlineData(0x31, 0x11, 12)]
    [InlineData(0x00, 0x00, 0)]
    [InlineData(0x22, 0x11, 12)]
    [InlineData(0x2F, 0x11, 12)]
    [InlineData(0x21, 0x41, 12)]
    [InlineData(0x21, 0xF1, 12)]
    [InlineData(0x21, 0x13, 12)]
    [InlineData(0x21, 0x2F, 36)]
    [InlineData(0x21, 0x11, 11)]
    [InlineData(0x21, 0x11, 0)]
    [InlineData(0x21, 0x21, 35)]
    public void Refuses_a_header_of_version_2_with_a_wrong_version_command_family_or_length(
        byte versionAndCommand, byte family, int rest) =>
        AssertRefuses(ProxyHeaders.Binary(versionAndCommand, family, new byte[rest]));

    [Fact]
    public void A_header_of_version_2_has_at_most_4096_bytes()
    {
        AssertReadsWhole(ProxyHeaders.Binary(0x20, 0x00, new byte[LongestBinary - 16]), client: null);
        var longer = ProxyHeaders.Binary(0x20, 0x00, new byte[LongestBinary - 15]);
        // As soon as its length is known, not when it has been stored.
        Assert.Equal(ProxyHeaderStatus.Malformed, Parse(longer.AsSpan(0, 16)).Status);
    }

    [Fact]
    public void Any_client_reads_as_it_was_written_in_either_version() =>
        Gen.Select(AnyAddress, Gen.Int[0, 65_535], Gen.Bool).Sample(
            (address, port, isBinary) =>
            {
                var client = new IPEndPoint(address, port);
                var header = isBinary ? ProxyHeaders.Binary(client, ServerLike(client)) : ProxyHeaders.Text(client, ServerLike(client));
                Assert.Equal((ProxyHeaderStatus.Complete, client, header.Length), Parse([.. header, .. "AUTH"u8]));
            },
            iter: 20_000);

    [Fact]
    public void Whatever_arrives_is_judged_without_an_exception_and_the_judgement_is_final() =>
        Damaged.Sample(
            bytes =>
            {
                var last = (Status: ProxyHeaderStatus.Incomplete, Client: (IPEndPoint?)null, Length: 0);
                for (var received = 0; received <= bytes.Length; received++)
                {
                    var now = Parse(bytes.AsSpan(0, received));
                    if (last.Status != ProxyHeaderStatus.Incomplete)
                        Assert.Equal(last, now);
                    if (now.Status == ProxyHeaderStatus.Complete)
                        Assert.True(now.Length <= received && now.Length >= last.Length);
                    last = now;
                }
            },
            iter: 20_000);

    [Fact]
    public void Segments_change_nothing() =>
        Damaged.SelectMany(bytes => Gen.Int[0, bytes.Length].Array[0, 6], (bytes, cuts) => (bytes, cuts)).Sample(
            sample => Assert.Equal(Parse(sample.bytes), Parse(Segmentation.Cut(sample.bytes, sample.cuts))), iter: 20_000);

    private static Gen<IPAddress> AnyAddress =>
        Gen.OneOf(Gen.Byte.Array[4], Gen.Byte.Array[16], Gen.OneOf(Gen.Const((byte)0), Gen.Const((byte)0xFF)).Array[16])
            .Select(bytes => new IPAddress(bytes));

    /// <summary>Bytes of all kinds, most of them a header of which a few bytes were changed.</summary>
    private static Gen<byte[]> Damaged
    {
        get
        {
            var headers = Gen.OneOf(
                AnyAddress.Select(address => new IPEndPoint(address, 7)).Select(client => ProxyHeaders.Text(client, ServerLike(client))),
                AnyAddress.Select(address => new IPEndPoint(address, 7)).Select(client => ProxyHeaders.Binary(client, ServerLike(client))),
                Gen.Select(
                    Gen.Byte,
                    Gen.Byte,
                    Gen.Byte.Array[0, 250],
                    (command, family, rest) => ProxyHeaders.Binary(command, family, rest)),
                Gen.Char[' ', 'z'].Array[0, 120].Select(text => ProxyHeaders.Text(new string(text))));
            var changes = Gen.Select(Gen.Int[0, 60], Gen.Byte).Array[0, 3];
            return Gen.Frequency(
                (8, Gen.Select(headers, changes, Change)),
                (1, Gen.Byte.Array[0, 200]));
        }
    }

    private static byte[] Change(byte[] header, (int At, byte Value)[] changes)
    {
        foreach (var (at, value) in changes.Where(change => change.At < header.Length))
            header[at] = value;
        return header;
    }

    private static IPEndPoint ServerLike(IPEndPoint client) => client.AddressFamily == Server.AddressFamily ? Server : Server6;

    private static void AssertReads(byte[] header, IPEndPoint? client)
    {
        for (var received = 0; received < header.Length; received++)
            Assert.Equal(ProxyHeaderStatus.Incomplete, Parse(header.AsSpan(0, received)).Status);
        foreach (var sequence in Segmentation.Every([.. header, .. "PROXY UNKNOWN\r\nHELLO 1\n"u8]))
            Assert.Equal((ProxyHeaderStatus.Complete, client, header.Length), Parse(sequence));
        AssertReadsWhole(header, client);
    }

    private static void AssertReadsWhole(byte[] header, IPEndPoint? client) =>
        Assert.Equal((ProxyHeaderStatus.Complete, client, header.Length), Parse(header));

    private static void AssertRefuses(byte[] bytes)
    {
        foreach (var sequence in Segmentation.Every(bytes))
            Assert.Equal((ProxyHeaderStatus.Malformed, null, 0), Parse(sequence));
    }

    private static (ProxyHeaderStatus Status, IPEndPoint? Client, int Length) Parse(ReadOnlySpan<byte> bytes) =>
        Parse(new ReadOnlySequence<byte>(bytes.ToArray()));

    private static (ProxyHeaderStatus Status, IPEndPoint? Client, int Length) Parse(ReadOnlySequence<byte> bytes)
    {
        var status = ProxyHeaderParser.Parse(bytes, out var header, out var length);
        return (status, header.Client, length);
    }
}
