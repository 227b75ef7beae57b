using System.Net.Sockets;
using System.Text;
using InternalChat.Server.Network.Progress;
using InternalChat.Server.Tests.Network.Transport;
using InternalChat.TestKit;
using Microsoft.AspNetCore.Connections;

namespace InternalChat.Server.Tests.Network.Progress;

/// <summary>Whether a peer is gone, and what it had read, as the kernel tells somebody who does not read.</summary>
public sealed class HangUpTests : TransportTest
{
    private const int More = 8 * 1024 * 1024;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_reset_is_noticed_by_whoever_does_not_read_and_what_came_before_it_can_still_be_read(bool overUnix)
    {
        var (connection, peer) = await PairAsync(overUnix);
        Send(peer, "MSG bob hi\n");
        Assert.False(HangUp.Of(connection.Socket));
        // What it has not read makes the end of a Unix socket a reset, too.
        await Soon(BeginWrite(connection, new byte[1]));
        Reset(peer);
        await Patience.UntilAsync(() => Task.FromResult(HangUp.Of(connection.Socket)), () => "the reset is noticed");
        Assert.Equal("MSG bob hi\n", await TakeAsync(connection, 11));
        await Assert.ThrowsAsync<ConnectionResetException>(() => ReadAsync(connection));
        await Soon(connection.DisposeAsync().AsTask());
        Assert.True(HangUp.Of(connection.Socket));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_reset_is_noticed_though_the_peer_has_not_taken_what_was_sent_and_neither_have_we(bool overUnix)
    {
        var (connection, peer) = await PairAsync(overUnix, sendBufferBytes: 64 * 1024);
        peer.Blocking = false;
        var lines = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("LIST\n", 10_000)));
        while (peer.Send(lines, SocketFlags.None, out _) > 0)
        {
        }

        var flush = BeginWrite(connection, new byte[More]);
        Assert.False(flush.IsCompleted);
        Assert.False(HangUp.Of(connection.Socket));
        Reset(peer);
        await Patience.UntilAsync(() => Task.FromResult(HangUp.Of(connection.Socket)), () => "the reset is noticed");
        Assert.True((await Soon(flush)).IsCompleted);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_peer_that_has_shut_down_its_sending_side_is_there(bool overUnix)
    {
        var (connection, peer) = await PairAsync(overUnix);
        peer.Shutdown(SocketShutdown.Send);
        Assert.True((await ReadAsync(connection)).IsCompleted);
        Assert.False(HangUp.Of(connection.Socket));
    }

    [Fact]
    public async Task A_Unix_socket_that_closed_is_gone_though_it_had_read_everything()
    {
        var (connection, peer) = await PairAsync(overUnix: true);
        peer.Dispose();
        Assert.True(HangUp.Of(connection.Socket));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_a_Unix_peer_has_read_counts_though_a_write_behind_it_failed(bool isWritten)
    {
        var (connection, peer) = await PairAsync(overUnix: true);
        var progress = new UnixSocketProgress(connection);
        await Soon(BeginWrite(connection, "FROM 1\n"u8.ToArray()));
        Assert.Equal(7, peer.Receive(new byte[7]));
        peer.Dispose();
        if (isWritten)
            Assert.True((await Soon(BeginWrite(connection, "OK bye\n"u8.ToArray()))).IsCompleted);
        Assert.True(progress.TrySample(out var sample));
        Assert.Equal(7, sample.AcknowledgedBytes);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task What_a_Unix_peer_has_not_read_does_not_count_whoever_met_the_reset(bool isRead, bool isWritten)
    {
        var (connection, peer) = await PairAsync(overUnix: true);
        var progress = new UnixSocketProgress(connection);
        await Soon(BeginWrite(connection, "FROM 1\n"u8.ToArray()));
        peer.Dispose();
        if (isWritten)
            await Soon(BeginWrite(connection, "OK bye\n"u8.ToArray()));
        if (isRead)
            await Assert.ThrowsAnyAsync<IOException>(() => ReadAsync(connection));
        for (var sampling = 0; sampling < 2; sampling++)
        {
            Assert.True(progress.TrySample(out var sample));
            Assert.Equal(0, sample.AcknowledgedBytes);
        }
    }

    [Fact]
    public async Task What_a_Unix_peer_has_not_read_does_not_count_where_a_waiting_read_has_met_the_reset()
    {
        var (connection, peer) = await PairAsync(overUnix: true);
        var progress = new UnixSocketProgress(connection);
        var reading = BeginRead(connection);
        await Soon(BeginWrite(connection, "FROM 1\n"u8.ToArray()));
        peer.Dispose();
        // Also at any moment before the read knows.
        while (!reading.IsCompleted)
        {
            Assert.True(progress.TrySample(out var early));
            Assert.Equal(0, early.AcknowledgedBytes);
        }

        await Assert.ThrowsAnyAsync<IOException>(() => Soon(reading));
        Assert.True(progress.TrySample(out var sample));
        Assert.Equal(0, sample.AcknowledgedBytes);
    }
}
