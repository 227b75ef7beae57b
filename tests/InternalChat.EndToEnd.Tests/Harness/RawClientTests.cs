using System.Net;
using System.Net.Sockets;
using System.Text;
using InternalChat.TestKit.Sockets;

namespace InternalChat.EndToEnd.Tests.Harness;

/// <summary>The client must notice a server that breaks what holds on every connection: here is one that says anything.</summary>
public sealed class RawClientTests : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private Socket? _server;
    private RawClient? _client;

    [Theory]
    [InlineData("DELIVERED 5\nOK queued 5\n")]
    [InlineData("OK queued 5\nDELIVERED 5\nDELIVERED 5\n")]
    [InlineData("OK queued 5\nOK queued 4\n")]
    [InlineData("OK queued 5\nOK queued 5\n")]
    [InlineData("FROM 5 alice 1 a\nFROM 5 alice 1 a\n")]
    [InlineData("FROM 5 alice 1 a\nFROM 4 alice 1 a\n")]
    [InlineData("FROM 5 al 1 a\n")]
    [InlineData("FROM 5 alice 1 \n")]
    [InlineData("OK\n")]
    [InlineData("OK whatever\n")]
    [InlineData("ERROR NEW_CODE because\n")]
    [InlineData("ERROR BAD_REQUEST\n")]
    [InlineData("ERROR BAD_REQUEST \n")]
    [InlineData("INFO online: alice,bob\n")]
    [InlineData("PONG \n")]
    [InlineData("\n")]
    public async Task A_frame_against_the_rules_is_a_violation(string sent)
    {
        var client = await ClientOfAsync(Encoding.UTF8.GetBytes(sent));
        await Assert.ThrowsAsync<ContractViolationException>(() => ReadAllAsync(client));
    }

    [Fact]
    public async Task A_line_longer_than_the_limit_is_a_violation_and_one_of_the_limit_is_not()
    {
        var longest = "INFO notice " + new string('x', ServerFrame.LongestLineBytes - "INFO notice ".Length);
        var client = await ClientOfAsync(Encoding.UTF8.GetBytes($"{longest}\n{longest}x\n"));
        Assert.Equal(longest, await client.ReadLineAsync("waiting for the longest line"));
        await Assert.ThrowsAsync<ContractViolationException>(() => client.ReadLineAsync("waiting for a longer line"));
    }

    [Fact]
    public async Task A_line_that_is_not_UTF_8_is_an_error()
    {
        var client = await ClientOfAsync([.. "INFO notice "u8, 0xFF, (byte)'\n']);
        await Assert.ThrowsAnyAsync<ArgumentException>(() => client.ReadLineAsync("waiting for a line"));
    }

    [Fact]
    public async Task An_end_inside_a_line_is_a_violation()
    {
        var client = await ClientOfAsync("PON"u8.ToArray());
        await Assert.ThrowsAsync<ContractViolationException>(() => client.ExpectClosedAsync());
    }

    [Fact]
    public async Task A_reset_is_a_violation_where_an_orderly_end_is_expected()
    {
        var client = await ClientOfAsync("INFO notice bye\n"u8.ToArray(), ends: false);
        Assert.Equal("INFO notice bye", await client.ReadLineAsync("waiting for the notice"));
        _server!.Close(timeout: 0);
        await Assert.ThrowsAsync<ContractViolationException>(() => client.ExpectClosedAsync());
    }

    [Fact]
    public async Task A_reply_is_not_taken_for_the_end()
    {
        var client = await ClientOfAsync("PONG\n"u8.ToArray());
        await Assert.ThrowsAsync<InvalidOperationException>(() => client.ExpectClosedAsync());
    }

    [Fact]
    public async Task Pushes_and_replies_are_told_apart_and_both_come_in_order()
    {
        var client = await ClientOfAsync(
            "FROM 3 alice 1 a\nOK queued 5\nREAD 2 alice\nDELIVERED 5\nDELIVERED 6\nDELIVERED 1\nINFO user_online bob\nPONG\n"u8.ToArray());
        client.LastEarlierId = 2;
        foreach (var reply in new[] { "OK queued 5", "DELIVERED 6", "PONG" })
            await client.ExpectAsync(reply);
        foreach (var push in new[] { "FROM 3 alice 1 a", "READ 2 alice", "DELIVERED 5", "DELIVERED 1", "INFO user_online bob" })
            Assert.Equal(push, await client.ReadLineAsync("waiting for a push"));
        await client.ExpectClosedAsync();
    }

    [Fact]
    public async Task A_timeout_says_which_phase_it_was()
    {
        _listener.Start();
        _client = await RawClient.ConnectAsync((IPEndPoint)_listener.LocalEndpoint);
        _client.Timeout = TimeSpan.FromMilliseconds(50);
        var timeout = await Assert.ThrowsAsync<TimeoutException>(() => _client.ReadReplyAsync("waiting for Godot"));
        Assert.Contains("waiting for Godot", timeout.Message, StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        if (_client is not null)
            await _client.DisposeAsync();
        _server?.Dispose();
        _listener.Dispose();
    }

    private async Task<RawClient> ClientOfAsync(byte[] sent, bool ends = true)
    {
        _listener.Start();
        _client = await RawClient.ConnectAsync((IPEndPoint)_listener.LocalEndpoint);
        _server = await _listener.AcceptSocketAsync(TestContext.Current.CancellationToken);
        await _server.SendAsync(sent, TestContext.Current.CancellationToken);
        if (ends)
            _server.Shutdown(SocketShutdown.Send);
        return _client;
    }

    private static async Task ReadAllAsync(RawClient client)
    {
        while (true)
            await client.ReadLineAsync("waiting for the violation");
    }
}
