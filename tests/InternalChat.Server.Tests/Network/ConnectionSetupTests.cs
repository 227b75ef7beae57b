using System.Net;
using InternalChat.Server.Network;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Time.Testing;

namespace InternalChat.Server.Tests.Network;

public sealed class ConnectionSetupTests : IDisposable
{
    private const int Places = 3;

    // So many more may learn in the protocol that there is no room.
    private const int BeyondLimit = 64;

    private static readonly IPEndPoint Peer = new(IPAddress.Loopback, 1);

    private readonly FakeTimeProvider _time = new();
    private readonly LinesLogger _logger = new();
    private readonly TaskCompletionSource _handshakes = new();
    private readonly RefusedConnections _refused;
    private int _online;

    public ConnectionSetupTests() => _refused = new RefusedConnections(_time, _logger);

    [Fact]
    public async Task Connections_that_are_being_set_up_count_against_the_limit()
    {
        var setup = new ConnectionSetup(more => _online + more <= Places, _refused);
        var listener = setup.Begin(async _ => await _handshakes.Task);
        var waiting = Enumerable.Range(0, Places + BeyondLimit).Select(_ => Connect(listener)).ToList();
        Assert.All(waiting, connection => Assert.False(connection.IsCompleted));
        Assert.True(Connect(listener).IsCompleted);
        Assert.Equal(1, _refused.Count(Refusal.NoRoom));

        _handshakes.SetResult();
        await Task.WhenAll(waiting);
        _online = Places;
        var handshakes = new TaskCompletionSource();
        listener = setup.Begin(async _ => await handshakes.Task);
        waiting = [.. Enumerable.Range(0, BeyondLimit).Select(_ => Connect(listener))];
        Assert.All(waiting, connection => Assert.False(connection.IsCompleted));
        Assert.True(Connect(listener).IsCompleted);
        handshakes.SetResult();
        await Task.WhenAll(waiting);
    }

    [Fact]
    public async Task A_connection_that_came_through_leaves_its_place_to_others()
    {
        var setup = new ConnectionSetup(more => more <= 0, _refused);
        var chat = new TaskCompletionSource();
        var listener = setup.Begin(setup.End(_ => chat.Task));
        var chatting = Enumerable.Range(0, 2 * BeyondLimit).Select(_ => Connect(listener)).ToList();
        Assert.All(chatting, connection => Assert.False(connection.IsCompleted));
        chat.SetResult();
        await Task.WhenAll(chatting);
        Assert.All(Enum.GetValues<Refusal>(), reason => Assert.Equal(0, _refused.Count(reason)));
    }

    [Fact]
    public async Task Refusals_are_told_once_a_minute_and_only_where_there_were_any()
    {
        var setup = new ConnectionSetup(static _ => true, _refused);
        var listener = setup.Begin(static _ => Task.CompletedTask);
        for (var connection = 0; connection < 100; connection++)
            await Connect(listener);
        Assert.Empty(_logger.Lines);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("connections refused in the last minute: 100 by a failed TLS handshake", Assert.Single(_logger.Lines));
        _time.Advance(TimeSpan.FromMinutes(5));
        Assert.Single(_logger.Lines);
        Assert.Equal(100, _refused.Count(Refusal.NoTls));
    }

    public void Dispose() => _refused.Dispose();

    private static async Task Connect(ConnectionDelegate listener)
    {
        using var connection = new TestConnection(Peer);
        await listener(connection);
    }
}
