using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using InternalChat.TestKit;
using InternalChat.TestKit.Certificates;
using InternalChat.TestKit.Processes;
using InternalChat.TestKit.Sockets;

namespace InternalChat.EndToEnd.Tests.Semantics;

/// <summary>
/// A connection that was reset keeps its name from nobody, whatever its session is busy with, and nothing is done for it any more but what
/// it asked to be done. Whoever sends all that it has to say in one piece gets the messages that wait for it.
/// </summary>
public sealed class LostPeerTests : EndToEndTest
{
    // Where the reset is still on its way.
    private const int Tries = 20;

    private string? _thumbprint;

    public static TheoryData<string, string> States { get; } = new MatrixTheoryData<string, string>(
        ["tcp", "tls", "unix"], ["idle", "lists", "histories", "messages", "half-closed", "hash"]);

    [Fact]
    public async Task What_comes_again_after_a_client_took_nothing_comes_after_a_reset_and_not_after_an_end_in_order()
    {
        var server = await ServerAsync();
        var bob = await LoginAsync(server, "bob", OptionsOf(server, "tcp"));
        await (await LoginAsync(server, "alice", OptionsOf(server, "tcp"))).LeaveAsync();
        var body = new string('x', 4_000);
        await bob.SendAsync(Enumerable.Repeat($"MSG alice {body}", 500));
        for (var message = 0; message < 500; message++)
            await bob.ReadReplyAsync("an acknowledgement");

        // The kernel takes most of it, and the client takes nothing.
        using var silent = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4_096 };
        await silent.ConnectAsync(server.Listeners[0], TestContext.Current.CancellationToken);
        var lines = $"AUTH alice {UniqueName.PasswordOf("alice")}\nPING\nQUIT\n";
        await silent.SendAsync(Encoding.UTF8.GetBytes(lines), TestContext.Current.CancellationToken);
        await silent.ReceiveAsync(new byte[1], TestContext.Current.CancellationToken);
        var again = await ConnectAsync(server, OptionsOf(server, "tcp"));
        var reply = "";
        await Patience.UntilAsync(
            async () => (reply = await again.AskAsync($"AUTH alice {UniqueName.PasswordOf("alice")}")) == "OK authenticated",
            () => "the silent client was cut; the last answer was " + reply,
            TimeSpan.FromMilliseconds(20));
        Assert.Equal(body, ServerFrame.BodyOf(await again.ReadFromAsync("bob")));
        var buffer = new byte[1 << 16];
        var end = await Assert.ThrowsAsync<SocketException>(async () =>
        {
            while (await silent.ReceiveAsync(buffer, TestContext.Current.CancellationToken) > 0)
            {
                // What had reached it before.
            }
        });
        Assert.Equal(SocketError.ConnectionReset, end.SocketErrorCode);
    }

    [Theory]
    [MemberData(nameof(States))]
    public async Task A_name_is_free_when_its_connection_was_reset(string transport, string state)
    {
        var server = await ServerAsync();
        var bob = await LoginAsync(server, "bob", OptionsOf(server, "tcp"));
        await (await LoginAsync(server, "alice", OptionsOf(server, "tcp"))).LeaveAsync();
        var body = new string('x', 4_000);
        await bob.SendAsync(Enumerable.Repeat($"MSG alice {body}", 200));
        for (var message = 0; message < 200; message++)
            await bob.ReadReplyAsync("an acknowledgement");

        var options = OptionsOf(server, transport);
        var login = $"AUTH alice {UniqueName.PasswordOf("alice")}";
        var alice = state == "hash" ? await ConnectAsync(server, options) : await LoginAsync(server, "alice", options);
        await (state switch
        {
            "lists" => alice.SendAsync(Enumerable.Repeat("LIST", 3_000)),
            "histories" => alice.SendAsync(Enumerable.Repeat("HISTORY bob 200", 900)),
            "messages" => alice.SendAsync(Enumerable.Repeat($"MSG bob {body}", 500)),
            "half-closed" => alice.SendAsync(Enumerable.Repeat("HISTORY bob 200", 100)),
            "hash" => alice.SendAsync(login),
            _ => alice.ExpectAliveAsync(),
        });
        if (state == "half-closed")
            alice.ShutdownSend();
        // Its session is busy with that.
        if (state is "lists" or "histories" or "messages" or "half-closed")
            await alice.ReadReplyAsync("the first reply");
        alice.Reset();

        var again = await ConnectAsync(server, options);
        var reply = "";
        for (var left = Tries; left > 0 && !reply.StartsWith("OK ", StringComparison.Ordinal); left--)
            reply = await again.AskAsync(login);
        Assert.Equal("OK authenticated", reply);
    }

    [Theory]
    [InlineData("tcp")]
    [InlineData("tls")]
    [InlineData("unix")]
    public async Task Messages_that_were_received_before_the_reset_are_sent(string transport)
    {
        var server = await ServerAsync();
        var bob = await LoginAsync(server, "bob", OptionsOf(server, "tcp"));
        var alice = await LoginAsync(server, "alice", OptionsOf(server, transport));
        await alice.SendAsync([.. Enumerable.Repeat("LIST", 2_000), "MSG bob behind the lists"]);
        await alice.ReadReplyAsync("the first list");
        alice.Reset();
        Assert.EndsWith(" behind the lists", await bob.ReadFromAsync("alice"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tcp", true)]
    [InlineData("tls", true)]
    [InlineData("unix", true)]
    [InlineData("tcp", false)]
    [InlineData("unix", false)]
    public async Task A_client_that_sends_all_in_one_piece_gets_the_messages_that_wait(string transport, bool quits)
    {
        const int Messages = 100;
        var server = await ServerAsync();
        await (await LoginAsync(server, "alice", OptionsOf(server, "tcp"))).LeaveAsync();
        var bob = await LoginAsync(server, "bob", OptionsOf(server, "tcp"));
        for (var message = 0; message < Messages; message++)
            await bob.QueueAsync("alice", $"{message} {new string('x', 1_000)}");

        var alice = await ConnectAsync(server, OptionsOf(server, transport));
        string[] end = quits ? ["QUIT"] : [];
        await alice.SendAsync([$"AUTH alice {UniqueName.PasswordOf("alice")}", "PING", .. end]);
        if (!quits)
            alice.ShutdownSend();
        Assert.Equal("OK authenticated", await alice.ReadReplyAsync("the login"));
        Assert.Equal("PONG", await alice.ReadReplyAsync("the reply to PING"));
        if (quits)
            Assert.Equal("OK bye", await alice.ReadReplyAsync("the farewell"));
        // Read to the end, so nothing comes after this.
        await alice.ExpectClosedAsync();
        for (var message = 0; message < Messages; message++)
            Assert.StartsWith($"{message} ", ServerFrame.BodyOf(alice.TakeArrivedPush("FROM ")!), StringComparison.Ordinal);

        var again = await LoginAsync(server, "alice", OptionsOf(server, "tcp"));
        await again.ExpectAliveAsync();
        Assert.Null(again.TakeArrivedPush("FROM "));
    }

    private async Task<ServerProcess> ServerAsync()
    {
        var folder = NewFolder();
        var certificate = SelfSignedCertificate.Create(folder.Path);
        _thumbprint = certificate.Thumbprint;
        return await StartServerAsync(
            "--tls-cert", certificate.CertificateFile, "--tls-key", certificate.KeyFile,
            "--listen", "127.0.0.1:0", "--listen", "tls://127.0.0.1:0", "--listen", $"unix:{folder.File("chat.sock")}");
    }

    private RawClientOptions OptionsOf(ServerProcess server, string transport) => new()
    {
        Server = server.Listeners[transport switch { "tcp" => 0, "tls" => 1, _ => 2 }],
        Tls = transport != "tls" ? null : new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            RemoteCertificateValidationCallback = (_, presented, _, _) => ((X509Certificate2?)presented)?.Thumbprint == _thumbprint,
        },
    };
}
