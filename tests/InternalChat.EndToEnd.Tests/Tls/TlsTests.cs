using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using InternalChat.TestKit;
using InternalChat.TestKit.Certificates;
using InternalChat.TestKit.Processes;
using InternalChat.TestKit.Sockets;

namespace InternalChat.EndToEnd.Tests.Tls;

/// <summary>The same contract through TLS.</summary>
public sealed class TlsTests : EndToEndTest
{
    private readonly HashSet<string?> _trusted = [];
    private string? _presented;
    private SslStream? _stream;

    [Fact]
    public async Task A_conversation_through_tls()
    {
        var (server, certificate) = await TlsServerAsync();
        var (alice, bob) = (await LoginAsync(server, "alice", Trusting()), await LoginAsync(server, "bob", Trusting()));
        Assert.Equal(certificate.Thumbprint, _presented);
        await alice.ExpectPushAsync("INFO user_online bob");
        await alice.TellAsync("bob", "nobody reads along");
        Assert.EndsWith("nobody reads along", await bob.ReadFromAsync("alice"), StringComparison.Ordinal);
        await alice.LeaveAsync();
        await bob.ExpectPushAsync("INFO user_offline alice");
    }

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task Versions_1_2_and_1_3_are_spoken(SslProtocols version)
    {
        var (server, _) = await TlsServerAsync();
        var client = await LoginAsync(server, "alice", Trusting(version));
        await client.ExpectAliveAsync();
    }

    [Theory]
    [InlineData(SslProtocols.Tls12, "h2")]
    [InlineData(SslProtocols.Tls12, "imap")]
    [InlineData(SslProtocols.Tls13, "h2", "http/1.1")]
    [InlineData(SslProtocols.Tls13, "imap")]
    [InlineData(SslProtocols.Tls13, "no-such-protocol", "http/1.1")]
    public async Task Whatever_protocols_a_client_offers_none_is_chosen(SslProtocols version, params string[] offers)
    {
        var (server, _) = await TlsServerAsync();
        var options = Trusting(version);
        options.Tls!.ApplicationProtocols = [.. offers.Select(static name => new SslApplicationProtocol(name))];
        var client = await LoginAsync(server, "alice", options);
        Assert.Equal(default, _stream!.NegotiatedApplicationProtocol);
        await client.ExpectAliveAsync();
    }

    [Fact]
    public async Task Thousands_of_pipelined_messages_pass_through_tls()
    {
        const int messages = 2_000;
        var (server, _) = await TlsServerAsync();
        var (alice, bob) = (await LoginAsync(server, "alice", Trusting()), await LoginAsync(server, "bob", Trusting()));
        var sending = alice.SendAsync(Enumerable.Range(0, messages).Select(number => $"MSG bob {number}"));
        for (var number = 0; number < messages; number++)
            Assert.Equal($"{number}", ServerFrame.BodyOf(await bob.ReadFromAsync("alice")));
        for (var number = 0; number < messages; number++)
            await alice.ReadReplyAsync("waiting for an acknowledgement");
        await sending;
    }

    [Fact]
    public async Task What_was_read_does_not_come_twice_where_the_answer_to_QUIT_is_not_waited_for()
    {
        var (server, _) = await TlsServerAsync();
        var (alice, observer) = (await LoginAsync(server, "alice", Trusting()), await LoginAsync(server, "observer", Trusting()));
        for (var round = 0; round < 20; round++)
        {
            var bob = await LoginAsync(server, "bob", Trusting());
            await observer.ExpectPushAsync("INFO user_online bob");
            await alice.TellAsync("bob", $"round {round}");
            Assert.EndsWith($"round {round}", await bob.ReadFromAsync("alice"), StringComparison.Ordinal);
            await bob.SendAsync("QUIT");
            await bob.DisposeAsync();
            await observer.ExpectPushAsync("INFO user_offline bob");
        }
    }

    [Fact]
    public async Task A_client_that_breaks_tls_while_it_takes_nothing_leaves_nothing_behind()
    {
        const int messages = 4_000;
        var (server, watcher) = await ObservedServerAsync();
        await (await LoginAsync(server, "bob", Trusting())).LeaveAsync();
        var alice = await LoginAsync(server, "alice", Trusting());
        var sending = alice.SendAsync(Enumerable.Repeat($"MSG bob {new string('x', 4_000)}", messages));
        for (var message = 0; message < messages; message++)
            await alice.ReadReplyAsync("waiting for OK queued");
        await sending;

        Socket? socket = null;
        await LoginAsync(server, "bob", Trusting() with
        {
            ReceiveBufferBytes = 4_096,
            CreateSocket = () => socket = new Socket(server.EndPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp),
        });
        await watcher.UntilAsync("internalchat_session_congested", 1);
        // Or nobody would be told of either: who comes and goes within one round of presence is not mentioned.
        await alice.ExpectPushAsync("INFO user_online bob");
        socket!.Send([.. Enumerable.Repeat((byte)0xEE, 1_000)]);
        await watcher.UntilAsync("internalchat_connections", 1);
        await alice.ExpectPushAsync("INFO user_offline bob");
        Assert.Equal(0, await server.TerminateAsync());
        Assert.DoesNotContain("Exception", server.Output.Whole, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Clients_that_end_in_any_way_in_the_middle_of_what_they_are_sent_leave_nothing_behind()
    {
        const int messages = 100;
        var (server, watcher) = await ObservedServerAsync();
        var observer = await LoginAsync(server, "observer", Trusting());
        var body = new string('x', 4_000);
        for (var round = 0; round < 5; round++)
        {
            var bob = await LoginAsync(server, "bob", Trusting());
            await observer.ExpectPushAsync("INFO user_online bob");
            // Another one each time: what comes again after a reset is also reported again.
            var sender = await LoginAsync(server, $"sender{round}", Trusting());
            var sending = sender.SendAsync(Enumerable.Repeat($"MSG bob {body}", messages));
            await bob.ReadPushAsync("FROM ");
            if (round == 0)
                bob.Reset();
            else if (round == 1)
                await bob.SendAsync("QUIT");
            else if (round == 2)
                bob.ShutdownSend();
            else if (round == 3)
                await bob.SendRawAsync(new byte[20_000]);
            await bob.DisposeAsync();
            for (var message = 0; message < messages; message++)
                await sender.ReadReplyAsync("waiting for an acknowledgement");
            await sending;
            await sender.LeaveAsync();
            await observer.ExpectPushAsync("INFO user_offline bob");
        }

        await watcher.UntilAsync("internalchat_connections", 1);
        Assert.Equal(0, await server.TerminateAsync());
        Assert.DoesNotContain("Exception", server.Output.Whole, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_line_that_is_too_long_is_refused_through_tls_too()
    {
        var (server, _) = await TlsServerAsync();
        var client = await LoginAsync(server, "alice", Trusting());
        await client.SendAsync(new string('x', 16_385));
        await client.ExpectAsync("ERROR BAD_REQUEST line too long");
        await client.ExpectClosedAsync();
    }

    [Fact]
    public async Task A_client_that_speaks_plain_text_is_closed_and_others_are_not_disturbed()
    {
        var (server, _) = await TlsServerAsync();
        var alice = await LoginAsync(server, "alice", Trusting());
        var plain = await ConnectAsync(server);
        await plain.SendAsync("HELLO 1", "AUTH somebody a-good-password");
        await Assert.ThrowsAnyAsync<Exception>(() => plain.ExpectAsync("OK hello"));
        await alice.ExpectAliveAsync();
        await alice.ExpectErrorAsync("HISTORY somebody", "UNKNOWN_TARGET");
    }

    [Fact]
    public async Task A_graceful_stop_is_announced_through_tls()
    {
        var (server, _) = await TlsServerAsync();
        var alice = await LoginAsync(server, "alice", Trusting());
        var stopping = server.TerminateAsync();
        await alice.ExpectPushAsync("INFO server_shutdown");
        await alice.ExpectClosedAsync();
        Assert.Equal(0, await stopping);
    }

    [Fact]
    public async Task A_renewed_certificate_is_used_without_a_restart()
    {
        var folder = NewFolder();
        var old = NewCertificate(folder);
        var server = await StartServerAsync("--tls-cert", old.CertificateFile, "--tls-key", old.KeyFile);
        var alice = await LoginAsync(server, "alice", Trusting());
        Assert.Equal(old.Thumbprint, _presented);

        var renewed = NewCertificate(folder);
        await Patience.UntilAsync(
            async () =>
            {
                await using var probe = await server.ConnectAsync(Trusting());
                return _presented == renewed.Thumbprint;
            },
            static () => "the renewed certificate is presented",
            TimeSpan.FromMilliseconds(100));
        await alice.ExpectAliveAsync();
    }

    [Fact]
    public async Task The_memory_of_a_crowd_that_has_left_goes_back_to_the_system()
    {
        const int Crowd = 500;
        const long HalfOfTheirs = Crowd * 10 * 1_024;
        var (server, _) = await TlsServerAsync();
        var clients = new List<RawClient>();
        foreach (var some in Enumerable.Range(0, Crowd).Chunk(50))
            clients.AddRange(await Task.WhenAll(some.Select(number => LoginAsync(server, $"user{number}", Trusting()))));
        var whileThere = server.MemoryBytes("RssAnon");
        foreach (var client in clients)
            await client.LeaveAsync();

        await Patience.UntilAsync(
            () => Task.FromResult(server.MemoryBytes("RssAnon") <= whileThere - HalfOfTheirs),
            () => $"of {whileThere} bytes half of theirs is given back; there are {server.MemoryBytes("RssAnon")}",
            TimeSpan.FromMilliseconds(100));
    }

    private async Task<(ServerProcess Server, SelfSignedCertificate Certificate)> TlsServerAsync()
    {
        var certificate = NewCertificate(NewFolder());
        return (await StartServerAsync("--tls-cert", certificate.CertificateFile, "--tls-key", certificate.KeyFile), certificate);
    }

    private async Task<(ServerProcess Server, Watcher Watcher)> ObservedServerAsync()
    {
        var certificate = NewCertificate(NewFolder());
        var server = await StartServerAsync(
            ["--tls-cert", certificate.CertificateFile, "--tls-key", certificate.KeyFile, .. Watcher.Flags]);
        return (server, Own(await Watcher.OfAsync(server)));
    }

    private SelfSignedCertificate NewCertificate(TemporaryFolder folder)
    {
        var certificate = SelfSignedCertificate.Create(folder.Path);
        _trusted.Add(certificate.Thumbprint);
        return certificate;
    }

    private RawClientOptions Trusting(SslProtocols versions = SslProtocols.None) => new()
    {
        Tls = new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            EnabledSslProtocols = versions,
            RemoteCertificateValidationCallback = (stream, certificate, _, _) =>
            {
                _stream = (SslStream)stream;
                _presented = ((X509Certificate2?)certificate)?.Thumbprint;
                return _trusted.Contains(_presented);
            },
        },
    };
}
