using System.Net.Sockets;
using System.Text;
using InternalChat.Server.Systemd;
using InternalChat.TestKit;

namespace InternalChat.Server.Tests.Systemd;

/// <summary>sd_notify(3), for moments that a whole server does not come to on demand.</summary>
public sealed class ServiceManagerTests
{
    [Fact]
    public void A_reload_before_the_server_is_ready_does_not_make_it_ready()
    {
        using var folder = new TemporaryFolder();
        using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(folder.File("notify.sock")));
        using var manager = ServiceManager.At(folder.File("notify.sock"));

        manager.Reloading();
        manager.Reloaded();
        manager.Ready("fine");
        Assert.Equal("READY=1\nSTATUS=fine", Receive(socket));

        manager.Reloading();
        manager.Reloaded();
        Assert.StartsWith("RELOADING=1\nMONOTONIC_USEC=", Receive(socket), StringComparison.Ordinal);
        Assert.Equal("READY=1\nSTATUS=fine", Receive(socket));
    }

    [Fact]
    public void One_that_does_not_listen_holds_nobody_up()
    {
        using var folder = new TemporaryFolder();
        using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(folder.File("notify.sock")));
        using var manager = ServiceManager.At(folder.File("notify.sock"));
        var telling = new Thread(() =>
        {
            // More than a socket of datagrams holds.
            for (var ping = 0; ping < 10_000; ping++)
                manager.Alive("nobody listens");
            manager.Stopping();
        })
        {
            IsBackground = true,
        };
        telling.Start();
        Assert.True(telling.Join(Patience.Limit), "Somebody is held up.");
    }

    /// <summary>What was sent is there: a datagram between two sockets of a machine is delivered by the call that sends it.</summary>
    private static string Receive(Socket socket)
    {
        Assert.True(socket.Available > 0, "nothing was said");
        var datagram = new byte[4_096];
        return Encoding.UTF8.GetString(datagram, 0, socket.Receive(datagram));
    }
}
