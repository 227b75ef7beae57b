using System.Net;
using System.Net.Sockets;
using InternalChat.Server.Network.Transport;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.Extensions.Logging.Abstractions;

namespace InternalChat.Server.Tests.Network.Transport;

public sealed class SocketListenerTests : TransportTest
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Unbinding_ends_an_accept_that_waits_and_those_after_it(bool overUnix)
    {
        var listener = await ListenAsync(overUnix);
        var accept = BeginAccept(listener);
        Assert.False(accept.IsCompleted);
        await listener.UnbindAsync(TestContext.Current.CancellationToken);
        Assert.Null(await Soon(accept));
        Assert.Null(await Soon(BeginAccept(listener)));
    }

    [Fact]
    public async Task Connections_outlive_the_unbinding()
    {
        var (connection, peer) = await PairAsync();
        await Listener!.UnbindAsync(TestContext.Current.CancellationToken);
        Send(peer, "x");
        Assert.Equal("x", await TakeAsync(connection, 1));
    }

    [Fact]
    public async Task A_connection_that_was_reset_in_the_backlog_does_not_end_the_accepting()
    {
        await ListenAsync();
        Reset(Connect());
        var peer = Connect();
        while (true)
        {
            var connection = (SocketConnection)(await Soon(BeginAccept(Listener!)))!;
            var isSecond = connection.RemoteEndPoint!.Equals(peer.LocalEndPoint);
            await connection.DisposeAsync();
            if (isSecond)
                return;
        }
    }

    [Fact]
    public async Task An_address_that_is_taken_is_said_so()
    {
        var listener = await ListenAsync();
        var transport = new SocketTransport(Bind, 16, null!, TimeProvider.System, NullLogger.Instance);
        await Assert.ThrowsAsync<AddressInUseException>(
            async () => await transport.BindAsync(listener.EndPoint, TestContext.Current.CancellationToken));

        static Socket Bind(EndPoint place)
        {
            var socket = new Socket(place.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Bind(place);
                return socket;
            }
            catch (SocketException)
            {
                socket.Dispose();
                throw;
            }
        }
    }

    [Fact]
    public async Task A_connection_offers_its_own_features_and_takes_others()
    {
        var (connection, _) = await PairAsync();
        var features = connection.Features;
        var host = new Host();
        features.Set<IConnectionHeartbeatFeature>(host);
        features.Set<IConnectionCompleteFeature>(host);
        Assert.Same(host, features.Get<IConnectionHeartbeatFeature>());
        Assert.Same(host, features.Get<IConnectionCompleteFeature>());
        Assert.Same(connection.Socket, features.Get<IConnectionSocketFeature>()!.Socket);
        Assert.Same(connection, features.Get<IConnectionLifetimeFeature>());
        Assert.Null(features.Get<string>());
        features.Set("one");
        features.Set("two");
        Assert.Equal("two", features.Get<string>());
        features.Set<string>(null);
        Assert.Null(features.Get<string>());
        Assert.NotEmpty(connection.ConnectionId);
    }

    private sealed class Host : IConnectionHeartbeatFeature, IConnectionCompleteFeature
    {
        public void OnHeartbeat(Action<object> action, object state)
        {
        }

        public void OnCompleted(Func<object, Task> callback, object state)
        {
        }
    }
}
