using System.Diagnostics;
using System.Net.Security;
using InternalChat.TestKit.Certificates;
using InternalChat.TestKit.Processes;
using InternalChat.TestKit.Sockets;

namespace InternalChat.EndToEnd.Tests.Limits;

/// <summary>"TIMEOUT (no AUTH in time; closed)"; "the time to authenticate is not extended by HELLO or by bytes that drip in".</summary>
public sealed class AuthTimeoutTests : EndToEndTest
{
    private static readonly TimeSpan Earliest = TimeSpan.FromSeconds(0.9);

    [Fact]
    public async Task A_silent_stranger_gets_TIMEOUT_and_is_closed()
    {
        var server = await ImpatientServerAsync();
        var sinceConnected = Stopwatch.StartNew();
        var stranger = await ConnectAsync(server);
        await stranger.ExpectErrorAsync("TIMEOUT");
        Assert.True(sinceConnected.Elapsed >= Earliest, $"Timed out after {sinceConnected.Elapsed} already.");
        await stranger.ExpectClosedAsync();
    }

    [Fact]
    public async Task HELLO_does_not_extend_the_time()
    {
        var server = await ImpatientServerAsync();
        var stranger = await ConnectAsync(server);
        string reply;
        do
        {
            try
            {
                await stranger.SendAsync("HELLO 1");
            }
            catch (IOException)
            {
                // The server may close between the last reply and this greeting; what it said is still to be read.
            }

            reply = await stranger.ReadReplyAsync("waiting for OK hello or TIMEOUT");
        }
        while (reply == "OK hello");

        Assert.StartsWith("ERROR TIMEOUT ", reply, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Failed_logins_do_not_extend_the_time()
    {
        var server = await ImpatientServerAsync();
        var stranger = await ConnectAsync(server);
        string reply;
        do
        {
            try
            {
                await stranger.SendAsync("AUTH ! whatever-it-is");
            }
            catch (IOException)
            {
                // As above.
            }

            reply = await stranger.ReadReplyAsync("waiting for INVALID_USERNAME or TIMEOUT");
        }
        while (reply.StartsWith("ERROR INVALID_USERNAME ", StringComparison.Ordinal));

        Assert.StartsWith("ERROR TIMEOUT ", reply, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bytes_that_drip_in_do_not_extend_the_time()
    {
        var server = await ImpatientServerAsync();
        var stranger = await ConnectAsync(server);
        using var dripping = new CancellationTokenSource();
        var drip = DripAsync(stranger, dripping.Token);
        await stranger.ExpectErrorAsync("TIMEOUT");
        await dripping.CancelAsync();
        await drip;
    }

    [Fact]
    public async Task Who_is_authenticated_may_be_silent()
    {
        var timeout = new AuthTimeoutFile(NewFolder());
        var server = await StartServerAsync(timeout.Flags);
        var alice = await LoginAsync(server, "alice");
        await timeout.SetAsync(server, "1s");
        for (var later = 0; later < 3; later++)
            await (await ConnectAsync(server)).ExpectErrorAsync("TIMEOUT");
        await alice.ExpectAliveAsync();
    }

    [Fact]
    public async Task A_stranger_that_never_begins_the_handshake_is_closed()
    {
        var certificate = SelfSignedCertificate.Create(NewFolder().Path);
        var server = await ImpatientServerAsync("--tls-cert", certificate.CertificateFile, "--tls-key", certificate.KeyFile);
        var closed = (await ConnectAsync(server)).ExpectClosedAsync();

        // Measured by the server's own clock: five others run out of time one after the other, which a slow machine slows as well; on one
        // where a handshake takes all their time they are not told.
        for (var later = 0; later < 5; later++)
            await ExpectLateAsync(server, Tls(certificate));
        Assert.True(closed.IsCompleted, "The stranger without a handshake outlived five others.");
        await closed;
    }

    private static async Task ExpectLateAsync(ServerProcess server, RawClientOptions options)
    {
        try
        {
            await using var other = await server.ConnectAsync(options);
            await other.ExpectErrorAsync("TIMEOUT");
        }
        catch (IOException)
        {
            // Closed in the middle of its handshake.
        }
    }

    private static RawClientOptions Tls(SelfSignedCertificate certificate) => new()
    {
        Tls = new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            RemoteCertificateValidationCallback = (_, presented, _, _) => presented?.GetCertHashString() == certificate.Thumbprint,
        },
    };

    private Task<ServerProcess> ImpatientServerAsync(params string[] flags) => StartServerAsync(["--auth-timeout", "1s", .. flags]);

    private static async Task DripAsync(RawClient client, CancellationToken stop)
    {
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        try
        {
            while (await pace.WaitForNextTickAsync(stop))
                await client.SendRawAsync("x"u8.ToArray());
        }
        catch (Exception ended) when (ended is OperationCanceledException or IOException)
        {
            // Told to stop, or closed by the server: the reader of the connection says which.
        }
    }
}
