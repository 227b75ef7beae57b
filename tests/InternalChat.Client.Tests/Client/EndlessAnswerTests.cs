using InternalChat.Client.Tests.Harness;
using InternalChat.Protocol;
using InternalChat.TestKit;

namespace InternalChat.Client.Tests.Client;

/// <summary>A server that never ends an answer, by a defect or out of malice, must not fill the client's memory.</summary>
public sealed class EndlessAnswerTests
{
    private const int EnoughBytes = 128 * 1024 * 1024;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory(Timeout = Patience.Milliseconds)]
    [InlineData("201")]
    [InlineData("9223372036854775807")]
    public async Task A_history_of_more_than_the_protocol_allows_ends_the_connection(string count)
    {
        await AssertViolationAsync(
            client => client.GetHistoryAsync(Names.Bob, WireLimits.MaxHistory, Cancel),
            peer => peer.SendAsync("INFO history_count " + count));
        await AssertViolationAsync(
            client => client.ExecuteRawAsync("HISTORY bob 200", Cancel),
            peer => peer.SendAsync("INFO history_count " + count));
    }

    [Fact(Timeout = Patience.Milliseconds)]
    public async Task The_longest_legal_history_is_read()
    {
        using var server = new FakeServer();
        var (client, peer) = await server.LogInAsync();
        await using var _ = client;
        var line = $"INFO history 1 bob 1700000000 {new string('x', WireLimits.MaxBodyBytes)}";

        var history = client.GetHistoryAsync(Names.Bob, WireLimits.MaxHistory, Cancel);
        await peer.ExpectAsync("HISTORY bob 200");
        await peer.SendAsync(["INFO history_count 200", .. Enumerable.Repeat(line, WireLimits.MaxHistory)]);

        Assert.Equal(WireLimits.MaxHistory, (await history).Count);
    }

    [Theory(Timeout = Patience.Milliseconds)]
    [InlineData("INFO online: ")]
    [InlineData("INFO known: ")]
    public async Task A_list_without_an_end_ends_the_connection(string title)
    {
        var line = title + string.Join(", ", Enumerable.Repeat("carol", 1_700));

        await AssertViolationAsync(client => client.ListAsync(Cancel), peer => FloodAsync(peer, line));
        await AssertViolationAsync(client => client.ExecuteRawAsync("LIST", Cancel), peer => FloodAsync(peer, line));
    }

    [Fact(Timeout = Patience.Milliseconds)]
    public async Task The_list_of_a_server_with_a_million_accounts_is_read()
    {
        using var server = new FakeServer();
        var (client, peer) = await server.LogInAsync();
        await using var _ = client;
        var names = string.Join(", ", Enumerable.Range(0, 250).Select(i => $"a-name-of-many-characters-{i:000000}"));

        var list = client.ListAsync(Cancel);
        await peer.ExpectAsync("LIST", "PING");
        await peer.SendAsync(["INFO online: alice", .. Enumerable.Repeat("INFO known: " + names, 4_000), "PONG"]);

        Assert.Equal(1_000_000, (await list).Known.Count);
    }

    private static async Task AssertViolationAsync<T>(Func<ChatClient, Task<T>> ask, Func<FakePeer, Task> answer)
    {
        using var server = new FakeServer();
        var (client, peer) = await server.LogInAsync();
        await using var _ = client;
        await using var events = new Events(client);

        var asked = ask(client);
        Assert.NotNull(await peer.ReadLineAsync());
        await answer(peer);

        await Assert.ThrowsAsync<ChatProtocolException>(() => asked);
        Assert.Equal(DisconnectReason.ProtocolViolation, (await events.NextAsync<Disconnected>()).Reason);
    }

    /// <summary>Sends a line again and again until the client hangs up, or it has had more than enough.</summary>
    private static async Task FloodAsync(FakePeer peer, string line)
    {
        var batch = Enumerable.Repeat(line, 1 + (1_000_000 / line.Length)).ToArray();
        try
        {
            for (var sent = 0; sent < EnoughBytes; sent += batch.Length * (line.Length + 1))
                await peer.SendAsync(batch);
        }
        catch (IOException)
        {
            return;
        }

        Assert.Fail("the client took it all");
    }
}
