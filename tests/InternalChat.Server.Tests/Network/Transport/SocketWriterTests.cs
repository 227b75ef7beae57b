using System.Buffers;
using System.Net.Sockets;
using InternalChat.Server.Network.Progress;
using InternalChat.TestKit;
using Microsoft.AspNetCore.Connections;

namespace InternalChat.Server.Tests.Network.Transport;

public sealed class SocketWriterTests : TransportTest
{
    private const int More = 8 * 1024 * 1024;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Many_small_writes_arrive_in_order(bool overUnix)
    {
        var (connection, peer) = await PairAsync(overUnix);
        var receiving = Task.Run(() => ReceiveAllAsync(peer), TestContext.Current.CancellationToken);
        var output = connection.Transport.Output;
        var sent = new MemoryStream();
        for (var line = 0; line < 20_000; line++)
        {
            var bytes = "line "u8.ToArray().Append((byte)line).ToArray();
            output.Write(bytes);
            sent.Write(bytes);
            if (line % 7 == 0)
                Assert.False((await Soon(BeginFlush(connection))).IsCompleted);
        }

        // What was not flushed leaves, too.
        await Soon(connection.DisposeAsync().AsTask());
        Assert.Equal(sent.ToArray(), await Soon(receiving));
        Assert.Equal(sent.Length, connection.SentBytes);
    }

    [Fact]
    public async Task A_flush_that_the_kernel_has_room_for_completes_at_once()
    {
        var (connection, _) = await PairAsync();
        connection.Transport.Output.Write("abc"u8);
        Assert.Equal(3, connection.Transport.Output.UnflushedBytes);
        Assert.True(BeginFlush(connection).IsCompletedSuccessfully);
        Assert.Equal(0, connection.Transport.Output.UnflushedBytes);
        Assert.Equal(3, connection.SentBytes);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_big_write_waits_for_a_peer_that_does_not_read_and_then_arrives_whole(bool overUnix)
    {
        var (connection, peer) = await PairAsync(overUnix, sendBufferBytes: 64 * 1024);
        var sent = new byte[More];
        Random.Shared.NextBytes(sent);
        var flush = BeginWrite(connection, sent);
        Assert.False(flush.IsCompleted);
        Assert.InRange(connection.SentBytes, 1, More - 1);
        var receiving = Task.Run(() => ReceiveAllAsync(peer), TestContext.Current.CancellationToken);
        Assert.False((await Soon(flush)).IsCompleted);
        Assert.Equal(More, connection.SentBytes);
        await Soon(connection.DisposeAsync().AsTask());
        Assert.Equal(sent, await Soon(receiving));
    }

    [Fact]
    public async Task Disposing_waits_for_what_is_under_way()
    {
        var (connection, peer) = await PairAsync(sendBufferBytes: 64 * 1024);
        var flush = BeginWrite(connection, new byte[More]);
        var disposing = connection.DisposeAsync().AsTask();
        Assert.False(disposing.IsCompleted);
        Assert.Equal(More, (await ReceiveAllAsync(peer)).Length);
        await Soon(flush);
        await Soon(disposing);
    }

    [Fact]
    public async Task An_abort_ends_a_flush_that_waits()
    {
        var (connection, _) = await PairAsync(sendBufferBytes: 64 * 1024);
        var flush = BeginWrite(connection, new byte[More]);
        connection.Abort(new ConnectionAbortedException());
        Assert.True((await Soon(flush)).IsCompleted);
        connection.Transport.Output.Write("more"u8.ToArray());
        Assert.True((await Soon(BeginFlush(connection))).IsCompleted);
        await Soon(connection.DisposeAsync().AsTask());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_cancelled_flush_goes_on_and_the_next_one_follows_it(bool byToken)
    {
        var (connection, peer) = await PairAsync(sendBufferBytes: 64 * 1024);
        using var source = new CancellationTokenSource();
        var output = connection.Transport.Output;
        var first = Enumerable.Repeat((byte)1, More).ToArray();
        var flush = BeginWrite(output, first, source.Token);
        if (byToken)
        {
            await source.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Soon(flush));
        }
        else
        {
            output.CancelPendingFlush();
            Assert.True((await Soon(flush)).IsCanceled);
        }

        var second = Enumerable.Repeat((byte)2, 1000).ToArray();
        var next = BeginWrite(connection, second);
        Assert.False(next.IsCompleted);
        var receiving = Task.Run(() => ReceiveAllAsync(peer), TestContext.Current.CancellationToken);
        Assert.False((await Soon(next)).IsCompleted);
        await Soon(connection.DisposeAsync().AsTask());
        byte[] sent = [.. first, .. second];
        Assert.Equal(sent, await Soon(receiving));
    }

    [Fact]
    public async Task A_reset_ends_a_flush_that_waits()
    {
        var (connection, peer) = await PairAsync(sendBufferBytes: 64 * 1024);
        var flush = BeginWrite(connection, new byte[More]);
        Reset(peer);
        Assert.True((await Soon(flush)).IsCompleted);
        await Assert.ThrowsAsync<ConnectionResetException>(() => ReadAsync(connection));
        await Soon(connection.DisposeAsync().AsTask());
    }

    [Fact]
    public async Task What_the_peer_has_acknowledged_is_still_known_when_a_send_has_failed()
    {
        var (connection, peer) = await PairAsync();
        var progress = new TcpProgress(connection.Socket);
        Assert.False((await Soon(BeginWrite(connection, "read"u8.ToArray()))).IsCompleted);
        Assert.Equal(4, peer.Receive(new byte[4]));
        peer.Dispose();
        // Answered by a reset, which the next one meets.
        await Soon(BeginWrite(connection, "late"u8.ToArray()));
        Assert.True(connection.Socket.Poll(Patience.Limit, SelectMode.SelectError));
        Assert.True((await Soon(BeginWrite(connection, "later"u8.ToArray()))).IsCompleted);
        Assert.True(progress.TrySample(out var sample));
        Assert.Equal(4, sample.AcknowledgedBytes);
        await Assert.ThrowsAnyAsync<IOException>(() => ReadAsync(connection));
        await Soon(connection.DisposeAsync().AsTask());
        Assert.False(progress.TrySample(out _));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_peer_that_has_shut_down_its_sending_side_still_gets_everything(bool overUnix)
    {
        var (connection, peer) = await PairAsync(overUnix);
        Send(peer, "question");
        peer.Shutdown(SocketShutdown.Send);
        Assert.Equal("question", await TakeAsync(connection, 8));
        Assert.True((await ReadAsync(connection)).IsCompleted);
        connection.Transport.Output.Write("answer"u8);
        Assert.False((await Soon(BeginFlush(connection))).IsCompleted);
        connection.Transport.Output.Write(" and more"u8);
        await Soon(connection.DisposeAsync().AsTask());
        Assert.Equal("answer and more"u8.ToArray(), await ReceiveAllAsync(peer));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_was_never_read_does_not_cost_the_peer_what_it_was_sent(bool overUnix)
    {
        var (connection, peer) = await PairAsync(overUnix);
        peer.Send(new byte[50_000]);
        connection.Transport.Output.Write("bye"u8);
        await Soon(connection.DisposeAsync().AsTask());
        Assert.Equal("bye"u8.ToArray(), await ReceiveAllAsync(peer));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_connection_that_ends_while_its_peer_is_silent_ends_in_order(bool overUnix)
    {
        var (connection, peer) = await PairAsync(overUnix);
        var read = BeginRead(connection);
        connection.Transport.Input.CancelPendingRead();
        Assert.True((await Soon(read)).IsCanceled);
        connection.Transport.Output.Write("you are late"u8);
        await Soon(connection.DisposeAsync().AsTask());
        Assert.Equal("you are late"u8.ToArray(), await ReceiveAllAsync(peer));
    }

    [Fact]
    public async Task Completing_beside_a_flush_is_safe()
    {
        await ListenAsync();
        for (var round = 0; round < 200; round++)
        {
            var peer = Connect();
            var connection = (await Soon(BeginAccept(Listener!)))!;
            var output = connection.Transport.Output;
            output.Write(new byte[3_000]);
            var flushing = Task.Run(() => BeginFlush(connection), TestContext.Current.CancellationToken);
            output.Complete();
            await Soon(flushing);
            await Soon(connection.DisposeAsync().AsTask());
            Assert.Equal(3_000, (await ReceiveAllAsync(peer)).Length);
        }
    }
}
