using System.Net;
using System.Net.Sockets;
using InternalChat.Server.Network;
using InternalChat.Server.Network.ProxyProtocol;
using InternalChat.Server.Tests.Network.Transport;
using InternalChat.TestKit.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Time.Testing;

namespace InternalChat.Server.Tests.Network;

/// <summary>
/// A health check of a proxy connects, sends at most a header that names nobody, and goes. It is counted, and not told: once a second
/// or two it would fill the log.
/// </summary>
public sealed class SilentConnectionTests : TransportTest
{
    private static readonly IPEndPoint Client = new(IPAddress.Parse("192.0.2.1"), 56_324);
    private static readonly IPEndPoint Server = new(IPAddress.Parse("192.0.2.200"), 9_000);

    private readonly FakeTimeProvider _time = new();
    private readonly LinesLogger _logger = new();
    private readonly RefusedConnections _refused;
    private readonly ConnectionSetup _setup;
    private readonly ProxyProtocolMiddleware _proxies;

    public SilentConnectionTests()
    {
        _refused = new RefusedConnections(_time, _logger);
        _setup = new ConnectionSetup(TestConnection.Places(), _refused);
        _proxies = new ProxyProtocolMiddleware([IPNetwork.Parse("127.0.0.0/8")], _time);
    }

    public static TheoryData<string, byte[]> Checks => new()
    {
        { "nothing", [] },
        { "version 2, LOCAL", ProxyHeaders.Local() },
        { "version 1, UNKNOWN", "PROXY UNKNOWN\r\n"u8.ToArray() },
        { "a client that went", ProxyHeaders.Binary(Client, Server) },
    };

    [Theory]
    [MemberData(nameof(Checks))]
    public async Task A_proxys_check_is_counted_and_not_told(string what, byte[] header)
    {
        Assert.NotEmpty(what);
        await ServeAsync(_setup.Begin(_proxies.Require(FailingHandshake)), header, isReset: false);
        Assert.Equal((1, 0, 0), Counts());
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Empty(_logger.Lines);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task So_is_a_check_without_a_header(bool isReset)
    {
        await ServeAsync(_setup.Begin(FailingHandshake), [], isReset);
        Assert.Equal((1, 0, 0), Counts());
    }

    [Fact]
    public async Task Who_says_something_else_is_told()
    {
        await ServeAsync(_setup.Begin(FailingHandshake), "PING\n"u8.ToArray(), isReset: false);
        await ServeAsync(_setup.Begin(_proxies.Require(FailingHandshake)), "PING\n"u8.ToArray(), isReset: false);
        await ServeAsync(
            _setup.Begin(_proxies.Require(FailingHandshake)), [.. ProxyHeaders.Binary(Client, Server), .. "PING\n"u8], isReset: false);
        Assert.Equal((0, 2, 1), Counts());
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Single(_logger.Lines);
    }

    [Fact]
    public async Task So_is_who_goes_around_the_proxy_in_silence()
    {
        var others = new ProxyProtocolMiddleware([IPNetwork.Parse("10.0.0.0/8")], _time);
        await ServeAsync(_setup.Begin(others.Require(FailingHandshake)), [], isReset: false);
        Assert.Equal(1, _refused.Count(Refusal.NotFromProxy));
    }

    private (long SaidNothing, long NoTls, long NoProxyHeader) Counts() =>
        (_refused.Count(Refusal.SaidNothing), _refused.Count(Refusal.NoTls), _refused.Count(Refusal.NoProxyHeader));

    private async Task ServeAsync(ConnectionDelegate listener, byte[] bytes, bool isReset)
    {
        var (connection, peer) = await PairAsync();
        Assert.Equal(bytes.Length, peer.Send(bytes));
        if (isReset)
            Reset(peer);
        else
            peer.Shutdown(SocketShutdown.Send);
        await Soon(listener(connection));
        await connection.DisposeAsync();
        await Listener!.DisposeAsync();
    }

    /// <summary>Reads to the end of the connection and gives up, as TLS does.</summary>
    private static async Task FailingHandshake(ConnectionContext connection)
    {
        try
        {
            while (await ReadAsync(connection) is { IsCompleted: false } result)
                connection.Transport.Input.AdvanceTo(result.Buffer.End);
        }
        catch (ConnectionResetException)
        {
            // As well.
        }
    }
}
