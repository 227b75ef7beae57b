using System.Net;
using InternalChat.Engine.Connections;
using InternalChat.Engine.Options;
using InternalChat.Server.Network;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Time.Testing;

namespace InternalChat.Server.Tests.Network;

public sealed class ConnectionSetupTests : IDisposable
{
    private const int Share = 3;

    // So many more may learn in the protocol that there is no room.
    private const int BeyondLimit = 64;

    private static readonly IPEndPoint Here = new(IPAddress.Loopback, 1);
    private static readonly IPEndPoint Stranger = new(IPAddress.Parse("192.0.2.1"), 1);
    private static readonly IPEndPoint Alice = new(IPAddress.Parse("192.0.2.2"), 1);

    private readonly FakeTimeProvider _time = new();
    private readonly LinesLogger _logger = new();
    private readonly TaskCompletionSource _handshakes = new();
    private readonly RefusedConnections _refused;
    private readonly ConnectionPlaces _places = TestConnection.Places(new LiveOptions { MaxUnauthenticated = 2 * Share });
    private readonly ConnectionSetup _setup;

    public ConnectionSetupTests()
    {
        _refused = new RefusedConnections(_time, _logger);
        _setup = new ConnectionSetup(_places, _refused);
    }

    [Fact]
    public async Task Handshakes_that_hang_make_room_for_newcomers_their_own_first()
    {
        var listener = _setup.Begin(Hang);
        var alice = Connect(listener, Alice);
        var hanging = Enumerable.Range(0, 20).Select(_ => Connect(listener, Stranger)).ToList();
        await Task.WhenAll(hanging[..^Share]);
        Assert.All([alice, .. hanging[^Share..]], static connection => Assert.False(connection.IsCompleted));
        Assert.Equal(20 - Share, _refused.Count(Refusal.MadeRoom));
        Assert.Equal(Share + 1, _places.Count);
        _handshakes.SetResult();
        await Task.WhenAll([alice, .. hanging]);
        Assert.Equal(0, _places.Count);
    }

    [Fact]
    public async Task Who_finds_no_place_may_come_through_to_hear_of_it_if_it_is_one_of_few()
    {
        var listener = WithoutPlaces().Begin(async _ => await _handshakes.Task);
        var waiting = Enumerable.Range(0, BeyondLimit).Select(_ => Connect(listener)).ToList();
        Assert.All(waiting, connection => Assert.False(connection.IsCompleted));
        Assert.True(Connect(listener).IsCompleted);
        Assert.Equal(1, _refused.Count(Refusal.NoRoom));
        _handshakes.SetResult();
        await Task.WhenAll(waiting);
    }

    [Fact]
    public async Task A_connection_that_came_through_without_a_place_leaves_room_for_another_to_do_so()
    {
        var setup = WithoutPlaces();
        var chat = new TaskCompletionSource();
        var listener = setup.Begin(setup.End(_ => chat.Task));
        var chatting = Enumerable.Range(0, 2 * BeyondLimit).Select(_ => Connect(listener)).ToList();
        Assert.All(chatting, connection => Assert.False(connection.IsCompleted));
        chat.SetResult();
        await Task.WhenAll(chatting);
        Assert.All(Enum.GetValues<Refusal>(), reason => Assert.Equal(0, _refused.Count(reason)));
    }

    [Fact]
    public async Task Until_its_header_has_come_a_proxys_connection_pushes_nobody_out_and_then_it_is_the_clients()
    {
        var hanging = _setup.Begin(Hang);
        var strangers = Enumerable.Range(0, 2 * Share).Select(number =>
            Connect(hanging, new IPEndPoint(IPAddress.Parse($"198.51.100.{number % 2}"), 1))).ToList();
        Assert.Equal(2 * Share, _places.Count);

        var header = new TaskCompletionSource();
        var named = _setup.Name(Hang);
        var proxied = Connect(_setup.BeginUnnamed(async connection =>
        {
            await header.Task;
            connection.RemoteEndPoint = Alice;
            await named(connection);
        }));
        Assert.All(strangers, static stranger => Assert.False(stranger.IsCompleted));
        header.SetResult();
        await strangers[0];
        Assert.All([proxied, .. strangers[1..]], static connection => Assert.False(connection.IsCompleted));
        Assert.Equal(2 * Share, _places.Count);
        _handshakes.SetResult();
        await Task.WhenAll([proxied, .. strangers]);
        Assert.Equal(0, _places.Count);
        Assert.Equal(0, _refused.Count(Refusal.NoRoom));
    }

    [Fact]
    public async Task The_engine_takes_the_place_of_a_connection_that_came_through()
    {
        ConnectionPlace? taken = null;
        await Connect(_setup.Begin(_setup.End(connection =>
        {
            taken = connection.Features.Get<PendingConnection>()!.TakePlace();
            return Task.CompletedTask;
        })));
        Assert.Equal(1, _places.Count);
        taken!.Leave();
        Assert.Equal(0, _places.Count);
    }

    [Fact]
    public async Task Handshakes_count_against_the_limit_of_their_address()
    {
        var setup = new ConnectionSetup(TestConnection.Places(new LiveOptions { MaxConnectionsPerAddress = 1 }), _refused);
        var listener = setup.Begin(async _ => await _handshakes.Task);
        var waiting = Enumerable.Range(0, 1 + BeyondLimit).Select(_ => Connect(listener, Stranger)).ToList();
        Assert.True(Connect(listener, Stranger).IsCompleted);
        waiting.Add(Connect(listener, Alice));
        Assert.All(waiting, connection => Assert.False(connection.IsCompleted));
        _handshakes.SetResult();
        await Task.WhenAll(waiting);
    }

    [Fact]
    public async Task Refusals_are_told_once_a_minute_and_only_where_there_were_any()
    {
        var listener = _setup.Begin(static _ => Task.CompletedTask);
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

    /// <summary>Of a server where nobody can make room.</summary>
    private ConnectionSetup WithoutPlaces() => new(TestConnection.Places(new LiveOptions { MaxConnections = 0 }), _refused);

    /// <summary>Ends with all others, or with the connection.</summary>
    private Task Hang(ConnectionContext connection) =>
        Task.WhenAny(_handshakes.Task, connection.Transport.Input.ReadAsync().AsTask());

    private static Task Connect(ConnectionDelegate listener) => Connect(listener, Here);

    private static async Task Connect(ConnectionDelegate listener, IPEndPoint peer)
    {
        using var connection = new TestConnection(peer);
        await listener(connection);
    }
}
