using System.Text.Json;
using InternalChat.Flood.Options;
using InternalChat.TestKit;
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
        var (status, output) = await RunAsync(
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
        var (status, output) = await RunAsync(
            $"message --pairs 4 --window 16 --warmup 0s --duration 200ms --target 127.0.0.1:{server.EndPoint.Port} --tls-insecure");
        Assert.True(status == ExitStatus.Success, output);
    }

    [Fact]
    public async Task A_certificate_that_nobody_vouches_for_is_not_accepted()
    {
        await using var server = await TlsServerAsync(SelfSignedCertificate.Create(_folder.Path));
        var (status, output) = await RunAsync($"message --pairs 1 --target 127.0.0.1:{server.EndPoint.Port} --tls");
        Assert.Equal(ExitStatus.Failure, status);
        Assert.Contains("TLS handshake failed", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connections_go_to_each_target_and_come_from_each_source_in_turn()
    {
        using var first = new PeerAddresses();
        using var second = new PeerAddresses();
        var (status, output) = await RunAsync(
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
        var (status, output) = await RunAsync($"message --pairs 4 --window 16 --warmup 0s --duration 200ms --target {socket}");
        Assert.True(status == ExitStatus.Success, output);
    }

    [Theory]
    [InlineData("--target nowhere")]
    [InlineData("--target unix:")]
    [InlineData("--target unix:/run/chat.sock --tls")]
    [InlineData("--target unix:/run/chat.sock --source-addresses 127.0.0.2")]
    [InlineData("--source-addresses 127.0.0.1,here")]
    [InlineData("--ca-cert /no/such/file")]
    [InlineData("--tls-resume off")]
    [InlineData("--tls --tls-resume perhaps")]
    public async Task Refuses_what_makes_no_sense(string options)
    {
        var (status, output) = await RunAsync($"message {options}");
        Assert.Equal(ExitStatus.Usage, status);
        Assert.Single(output.TrimEnd('\n').Split('\n'));
    }

    private static Task<ServerProcess> TlsServerAsync(SelfSignedCertificate certificate) => ServerProcess.StartAsync(
        ServerLaunch.Quick("--tls-cert", certificate.CertificateFile, "--tls-key", certificate.KeyFile));

    private static async Task<(int Status, string Output)> RunAsync(string arguments)
    {
        using var output = new StringWriter();
        var status = await FloodCommand.RunAsync(arguments.Split(' '), output, output);
        return (status, output.ToString());
    }

    private int Count(string kind)
    {
        using var report = JsonDocument.Parse(File.ReadAllText(_folder.File("report.json")));
        return report.RootElement.GetProperty("latencies").GetProperty(kind).GetProperty("raw").GetProperty("count").GetInt32();
    }
}
