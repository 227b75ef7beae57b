using System.Net;
using InternalChat.Server.Network;
using InternalChat.Server.Network.ProxyProtocol;
using InternalChat.TestKit.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace InternalChat.Server.Tests.Network;

public sealed class ProxyProtocolMiddlewareTests : IDisposable
{
    private static readonly IPEndPoint Proxy = new(IPAddress.Parse("10.0.0.7"), 4_000);
    private static readonly IPEndPoint Client = new(IPAddress.Parse("192.0.2.1"), 56_324);
    private static readonly IPEndPoint Server = new(IPAddress.Parse("192.0.2.200"), 9_000);

    private readonly FakeTimeProvider _time = new();
    private readonly RefusedConnections _refused;
    private readonly ConnectionDelegate _listener;
    private EndPoint? _served;

    public ProxyProtocolMiddlewareTests()
    {
        _refused = new RefusedConnections(_time, NullLogger.Instance);
        var setup = new ConnectionSetup(TestConnection.Places(), _refused);
        var proxies = new ProxyProtocolMiddleware([IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("2001:db8::/32")], _time);
        _listener = setup.Begin(proxies.Require(setup.End(connection =>
        {
            _served = connection.RemoteEndPoint;
            return Task.CompletedTask;
        })));
    }

    [Fact]
    public async Task Serves_the_client_that_the_header_names_and_leaves_what_follows_it()
    {
        using var connection = new TestConnection(Proxy);
        await connection.ReceiveAsync((byte[])[.. ProxyHeaders.Binary(Client, Server), .. "PING\n"u8]);
        await _listener(connection);
        Assert.Equal(Client, _served);
        Assert.True(connection.Transport.Input.TryRead(out var rest));
        Assert.Equal("PING\n"u8.ToArray(), rest.Buffer.FirstSpan.ToArray());
    }

    [Theory]
    [InlineData("::ffff:10.0.0.7", true)]
    [InlineData("2001:db8::1", true)]
    [InlineData("11.0.0.7", false)]
    [InlineData("2001:db9::1", false)]
    [InlineData("::1", false)]
    public async Task Only_whoever_is_in_the_networks_may_name_a_client(string peer, bool isProxy)
    {
        using var connection = new TestConnection(new IPEndPoint(IPAddress.Parse(peer), 1));
        await connection.ReceiveAsync(ProxyHeaders.Binary(Client, Server));
        await _listener(connection);
        Assert.Equal(isProxy ? Client : null, _served);
        Assert.Equal(isProxy ? 0 : 1, _refused.Count(Refusal.NotFromProxy));
    }

    [Fact]
    public async Task Gives_up_after_five_seconds_however_the_bytes_drip()
    {
        using var connection = new TestConnection(Proxy);
        var serving = _listener(connection);
        foreach (var one in ProxyHeaders.Text(Client, Server).AsSpan(0, 4).ToArray())
        {
            await connection.ReceiveAsync(new[] { one });
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.False(serving.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(1));
        await serving;
        Assert.Null(_served);
        Assert.Equal(1, _refused.Count(Refusal.NoProxyHeader));
    }

    [Fact]
    public async Task A_stop_of_the_server_cuts_who_has_not_sent_a_header_and_nobody_else()
    {
        using var waiting = new TestConnection(Proxy);
        using var served = new TestConnection(Proxy);
        var serving = _listener(waiting);
        await served.ReceiveAsync(ProxyHeaders.Local());
        await _listener(served);
        waiting.RequestClose();
        served.RequestClose();
        await serving;
        Assert.Equal((true, false), (waiting.IsAborted, served.IsAborted));
        Assert.Equal(Proxy, _served);
    }

    public void Dispose() => _refused.Dispose();
}
