using System.Net.Sockets;
using System.Text;
using InternalChat.Client.Tests.Harness;
using InternalChat.Protocol;
using InternalChat.TestKit;

namespace InternalChat.Client.Tests.Client;

public sealed class ConnectionTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory(Timeout = Patience.Milliseconds)]
    [InlineData("SSH-2.0-OpenSSH_9.6\r\n")]
    [InlineData("HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n")]
    [InlineData("\u0015\u0003\u0003")]
    public async Task A_peer_that_is_no_chat_server_is_named_as_such(string greeting)
    {
        using var server = new FakeServer();
        var (client, peer) = await server.ConnectAsync();
        await using var _ = client;
        await using var events = new Events(client);

        var login = client.AuthenticateAsync(Names.Alice, "password1", Cancel);
        await peer.ExpectAsync("AUTH alice password1");
        await peer.SendBytesAsync(Encoding.Latin1.GetBytes(greeting));
        peer.Dispose();

        var exception = await Assert.ThrowsAsync<ChatProtocolException>(() => login);
        Assert.Contains("chat server", exception.Message, StringComparison.Ordinal);
        Assert.Equal(DisconnectReason.ProtocolViolation, (await events.NextAsync<Disconnected>()).Reason);
        await Assert.ThrowsAsync<ChatProtocolException>(() => client.PingAsync(Cancel));
    }

    [Fact(Timeout = Patience.Milliseconds)]
    public async Task A_line_that_is_too_long_ends_the_connection()
    {
        using var server = new FakeServer();
        var (client, peer) = await server.LogInAsync();
        await using var _ = client;
        await using var events = new Events(client);

        var ping = client.PingAsync(Cancel);
        await peer.SendAsync("INFO notice " + new string('x', WireLimits.MaxServerLineBytes));

        await Assert.ThrowsAsync<ChatProtocolException>(() => ping);
        Assert.Equal(DisconnectReason.ProtocolViolation, (await events.NextAsync<Disconnected>()).Reason);
    }

    [Fact(Timeout = Patience.Milliseconds)]
    public async Task The_longest_legal_line_is_read()
    {
        using var server = new FakeServer();
        var (client, peer) = await server.LogInAsync();
        await using var _ = client;
        await using var events = new Events(client);
        var text = new string('x', WireLimits.MaxServerLineBytes - "INFO notice ".Length);

        await peer.SendAsync("INFO notice " + text);

        Assert.Equal(new NoticeReceived(text), await events.NextAsync());
    }

    [Theory(Timeout = Patience.Milliseconds)]
    [InlineData("OK read 5")]
    [InlineData("INFO history_count 1")]
    [InlineData("INFO known: bob")]
    public async Task An_answer_to_something_else_ends_the_connection(string reply)
    {
        using var server = new FakeServer();
        var (client, peer) = await server.LogInAsync();
        await using var _ = client;

        var ping = client.PingAsync(Cancel);
        await peer.ExpectAsync("PING");
        await peer.SendAsync(reply);

        await Assert.ThrowsAsync<ChatProtocolException>(() => ping);
    }

    [Fact(Timeout = Patience.Milliseconds)]
    public async Task A_frame_may_arrive_byte_by_byte()
    {
        using var server = new FakeServer();
        var (client, peer) = await server.LogInAsync();
        await using var _ = client;
        await using var events = new Events(client);

        foreach (var b in Encoding.UTF8.GetBytes("FROM 1 bob 1700000000 grüße, 日本\r\n"))
            await peer.SendBytesAsync([b]);

        Assert.Equal("grüße, 日本", (await events.NextAsync<MessageReceived>()).Message.Body);
    }

    [Fact(Timeout = Patience.Milliseconds)]
    public async Task A_server_that_closes_ends_waiting_and_later_commands()
    {
        using var server = new FakeServer();
        var (client, peer) = await server.LogInAsync();
        await using var _ = client;
        await using var events = new Events(client);

        var ping = client.PingAsync(Cancel);
        await peer.ExpectAsync("PING");
        await peer.SendAsync("ERROR SLOW_CONSUMER you do not read");
        peer.Dispose();

        var exception = await Assert.ThrowsAsync<ChatConnectionException>(() => ping);
        Assert.Contains("you do not read", exception.Message, StringComparison.Ordinal);
        var last = await events.NextAsync<Disconnected>();
        Assert.Equal(DisconnectReason.ClosedByServer, last.Reason);
        Assert.Equal(ErrorCode.SlowConsumer, last.Error);
        await events.AssertEndedAsync();
        await Assert.ThrowsAsync<ChatConnectionException>(() => client.PingAsync(Cancel));
    }

    [Fact(Timeout = Patience.Milliseconds)]
    public async Task A_broken_connection_is_told_from_an_orderly_end()
    {
        using var server = new FakeServer();
        var (client, peer) = await server.LogInAsync();
        await using var _ = client;
        await using var events = new Events(client);

        peer.Reset();

        Assert.Equal(DisconnectReason.ConnectionLost, (await events.NextAsync<Disconnected>()).Reason);
    }

    [Fact(Timeout = Patience.Milliseconds)]
    public async Task Quitting_is_no_loss()
    {
        using var server = new FakeServer();
        var (client, peer) = await server.LogInAsync();
        await using var _ = client;
        await using var events = new Events(client);

        var quit = client.QuitAsync(Cancel);
        await peer.ExpectAsync("QUIT");
        await peer.SendAsync("OK bye");
        peer.Dispose();

        await quit;
        Assert.Equal(DisconnectReason.Quit, (await events.NextAsync<Disconnected>()).Reason);
    }

    [Fact(Timeout = Patience.Milliseconds)]
    public async Task Disposing_ends_what_waits()
    {
        using var server = new FakeServer();
        var (client, peer) = await server.LogInAsync();
        var ping = client.PingAsync(Cancel);
        await peer.ExpectAsync("PING");

        await client.DisposeAsync();
        await client.DisposeAsync();

        await Assert.ThrowsAsync<ChatConnectionException>(() => ping);
        Assert.Null(await peer.ReadLineAsync());
    }

    [Fact(Timeout = Patience.Milliseconds)]
    public async Task While_nobody_reads_the_events_the_socket_is_not_read()
    {
        using var server = new FakeServer();
        var (idle, idlePeer) = await server.ConnectAsync(eventCapacity: 4);
        await using var _ = idle;
        var (busy, busyPeer) = await server.ConnectAsync(eventCapacity: 4);
        await using var __ = busy;

        // More than the kernel's buffers hold. The same flood passes the busy client meanwhile, so there was time.
        var flood = FloodAsync(idlePeer);
        await Task.WhenAll(FloodAsync(busyPeer), DrainAsync(busy));
        Assert.False(flood.IsCompleted);

        await DrainAsync(idle);
        await flood;
    }

    [Fact(Timeout = Patience.Milliseconds)]
    public async Task An_address_where_nobody_listens_is_a_connection_error()
    {
        var server = new FakeServer();
        var address = server.Address;
        server.Dispose();

        var exception = await Assert.ThrowsAsync<ChatConnectionException>(() => ChatClient.ConnectAsync(address, Cancel));
        Assert.Contains(address.ToString(), exception.Message, StringComparison.Ordinal);
    }

    /// <summary>
    /// The kernel is asked, for no packet can be kept from arriving here. With a firewall between, a client that had a message under way
    /// noticed it after a quarter of an hour, and an idle one after 50 s.
    /// </summary>
    [Fact(Timeout = Patience.Milliseconds)]
    public async Task A_server_that_vanishes_is_noticed_as_soon_while_a_command_is_on_its_way()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the option is one of Linux");
        using var server = new FakeServer();
        await using var stream = Assert.IsType<NetworkStream>(await StreamConnector.ConnectAsync(server.Address, Cancel));

        var timeout = new byte[sizeof(int)];
        stream.Socket.GetRawSocketOption(optionLevel: 6, optionName: 18, timeout);

        Assert.Equal(60_000, BitConverter.ToInt32(timeout));
    }

    private const int FloodLines = 200_000;

    private static async Task FloodAsync(FakePeer peer)
    {
        var batch = Enumerable.Repeat("INFO notice " + new string('x', 100), 1_000).ToArray();
        for (var sent = 0; sent < FloodLines; sent += batch.Length)
            await peer.SendAsync(batch);
    }

    private static async Task DrainAsync(ChatClient client)
    {
        await using var events = new Events(client);
        for (var i = 0; i < FloodLines; i++)
            await events.NextAsync<NoticeReceived>();
    }
}
