using System.Collections.Concurrent;
using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using InternalChat.Flood.Connections;
using InternalChat.Flood.Options;
using InternalChat.TestKit;
using InternalChat.TestKit.Certificates;
using InternalChat.TestKit.Processes;
using Xunit;

namespace InternalChat.Flood.Tests;

/// <summary>How the tool reaches real servers: through TLS, several of them, from several addresses.</summary>
public sealed class ConnectionOptionsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("on")]
    [InlineData("off")]
    public async Task A_load_through_tls_finds_nothing_wrong_and_times_handshakes_apart_from_connects(string resume)
    {
        var certificate = SelfSignedCertificate.Create(_folder.Path);
        await using var server = await TlsServerAsync(certificate);
        var (status, output) = await FloodRun.WithAsync(
            $"connect --connections 5 --duration 100ms --target localhost:{server.EndPoint.Port} --ca-cert {certificate.CertificateFile} "
            + $"--tls-resume {resume} --json {_folder.File("report.json")}");
        Assert.True(status == ExitStatus.Success, output);
        Assert.Equal((5, 5), (Count("connect"), Count("tls_handshake")));
    }

    [Fact]
    public async Task Messages_pass_through_tls_whole_and_in_order()
    {
        var certificate = SelfSignedCertificate.Create(_folder.Path);
        await using var server = await TlsServerAsync(certificate);
        var (status, output) = await FloodRun.WithAsync(
            $"message --pairs 4 --window 16 --warmup 0s --duration 200ms --target 127.0.0.1:{server.EndPoint.Port} --tls-insecure");
        Assert.True(status == ExitStatus.Success, output);
    }

    [Fact]
    public async Task A_certificate_that_nobody_vouches_for_is_not_accepted()
    {
        await using var server = await TlsServerAsync(SelfSignedCertificate.Create(_folder.Path));
        var (status, output) = await FloodRun.WithAsync($"message --pairs 1 --target 127.0.0.1:{server.EndPoint.Port} --tls");
        Assert.Equal(ExitStatus.Failure, status);
        Assert.Contains("TLS handshake failed", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connections_go_to_each_target_and_come_from_each_source_in_turn()
    {
        using var first = new PeerAddresses();
        using var second = new PeerAddresses();
        var (status, output) = await FloodRun.WithAsync(
            $"connect --connections 4 --duration 1ms --target 127.0.0.1:{first.Port} --target 127.0.0.1:{second.Port} "
            + "--source-addresses 127.0.0.2,127.0.0.3");
        Assert.True(status == ExitStatus.Success, output);
        Assert.Equal(["127.0.0.2", "127.0.0.3"], first.Seen);
        Assert.Equal(["127.0.0.2", "127.0.0.3"], second.Seen);
    }

    [Fact]
    public async Task Loads_a_server_through_its_unix_socket()
    {
        var socket = $"unix:{_folder.File("chat.sock")}";
        await using var server = await ServerProcess.StartAsync("--listen", socket);
        var (status, output) = await FloodRun.WithAsync($"message --pairs 4 --window 16 --warmup 0s --duration 200ms --target {socket}");
        Assert.True(status == ExitStatus.Success, output);
    }

    [Theory]
    [InlineData("localhost", "on", true)]
    [InlineData("localhost", "off", false)]
    [InlineData("127.0.0.1", "on", false)]
    public async Task A_connection_takes_up_the_tls_session_of_the_one_before_where_that_is_promised(
        string host, string resume, bool isResumed)
    {
        var certificate = SelfSignedCertificate.Create(_folder.Path);
        await using var server = await TlsServerAsync(certificate);
        using var proxy = new HandshakeProxy(server.EndPoint);
        // One user who comes again and again: one connection after the other.
        using var end = new CancellationTokenSource();
        var running = FloodRun.EndedByAsync(
            $"login --logins 1 --then-quit --warmup 0s --duration 1h --target {host}:{proxy.Port} --ca-cert {certificate.CertificateFile} "
            + $"--tls-resume {resume}",
            end.Token);
        await Patience.UntilAsync(
            () => Task.FromResult(running.IsCompleted || proxy.HandshakeBytes.Count() >= 3),
            static () => "it has connected three times",
            TimeSpan.FromMilliseconds(10));
        await end.CancelAsync();
        var (status, output) = await running;
        Assert.True(status == ExitStatus.Success, output);
        var sizes = proxy.HandshakeBytes.ToArray();

        // Only a full handshake has the certificate in it.
        using var sent = X509CertificateLoader.LoadCertificateFromFile(certificate.CertificateFile);
        var smallestFull = sizes[0] - sent.RawData.Length;
        Assert.All(sizes[1..], size => Assert.Equal(isResumed, size <= smallestFull));
    }

    [Theory]
    [InlineData("connect --connections 2")]
    [InlineData("message --pairs 1")]
    [InlineData("history --pairs 1 --messages 1")]
    [InlineData("presence --watchers 2 --churn 1")]
    [InlineData("slow --receivers 1")]
    [InlineData("login --logins 2 --reconnect")]
    [InlineData("mixed --users 24")]
    public async Task Every_load_makes_its_first_connections_at_the_rate_asked_for(string load)
    {
        await using var server = await ServerProcess.StartAsync();
        var accepted = new ConcurrentQueue<long>();
        using var proxy = new TamperingProxy(server.EndPoint, () =>
        {
            accepted.Enqueue(Stopwatch.GetTimestamp());
            return line => [line];
        });
        var start = Stopwatch.GetTimestamp();
        await FloodRun.AgainstAsync(proxy.Port, $"{load} --connect-rate 2 --connect-jitter 10ms --duration 1ms");

        // Half a second between their turns; each may be accepted late. Before them the tool asks whether there is a server.
        var times = accepted.ToArray();
        Assert.InRange(Stopwatch.GetElapsedTime(start, times[2]), TimeSpan.FromMilliseconds(480), TimeSpan.MaxValue);
    }

    [Fact]
    public async Task Turns_keep_their_distance_and_are_late_by_no_more_than_the_jitter()
    {
        var even = await TurnsAsync(new ConnectRate(200, TimeSpan.Zero));
        Assert.All(even.Zip(even[1..]), pair => Assert.InRange(pair.Second - pair.First, Stopwatch.Frequency / 200, long.MaxValue));
        var late = await TurnsAsync(new ConnectRate(10_000, TimeSpan.FromMilliseconds(20)));
        Assert.Contains(late.Zip(late[1..]), pair => pair.Second < pair.First);
        Assert.InRange(late.Max() - late.Min(), 1, Stopwatch.Frequency);
    }

    [Fact]
    public async Task A_turn_that_is_years_away_is_waited_for()
    {
        var pace = new ConnectPace(new ConnectRate(1e-8, TimeSpan.Zero));
        await pace.WaitForTurnAsync(TestContext.Current.CancellationToken);
        using var end = new CancellationTokenSource();
        var waiting = pace.WaitForTurnAsync(end.Token);
        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Theory]
    [InlineData("--target nowhere")]
    [InlineData("--target unix:")]
    [InlineData("--target unix:/run/chat.sock --tls")]
    [InlineData("--target unix:/run/chat.sock --source-addresses 127.0.0.2")]
    [InlineData("--source-addresses 127.0.0.1,here")]
    [InlineData("--source-addresses 127.0.0.1 --source-addresses 127.0.0.2")]
    [InlineData("--ca-cert /no/such/file")]
    [InlineData("--tls-resume off")]
    [InlineData("--tls --tls-resume perhaps")]
    [InlineData("--connect-rate 0")]
    [InlineData("--connect-jitter 1s")]
    [InlineData("--connect-rate 10 --connect-jitter long")]
    public Task Refuses_what_makes_no_sense(string options) => FloodRun.AssertRefusedAsync($"message {options}");

    private static Task<ServerProcess> TlsServerAsync(SelfSignedCertificate certificate) => ServerProcess.StartAsync(
        ServerLaunch.Quick("--tls-cert", certificate.CertificateFile, "--tls-key", certificate.KeyFile));

    /// <summary>When the turns of twenty connections were, taken at once.</summary>
    private static async Task<long[]> TurnsAsync(ConnectRate rate)
    {
        var pace = new ConnectPace(rate);
        return await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => pace.WaitForTurnAsync(TestContext.Current.CancellationToken)));
    }

    private int Count(string kind)
    {
        using var report = JsonDocument.Parse(File.ReadAllText(_folder.File("report.json")));
        return report.RootElement.GetProperty("latencies").GetProperty(kind).GetProperty("raw").GetProperty("count").GetInt32();
    }
}
