using InternalChat.Flood.Options;
using InternalChat.TestKit;
using InternalChat.TestKit.Certificates;
using InternalChat.TestKit.Processes;
using Xunit;

namespace InternalChat.Flood.Tests;

/// <summary>Asking for conversations on a real server, and on one whose replies are tampered with on the way.</summary>
public sealed class HistoryScenarioTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Finds_nothing_wrong_with_a_sound_server()
    {
        await using var server = await ServerProcess.StartAsync();
        var (status, output) = await RunAsync(server.EndPoint.Port, "--messages 30 --limit 7 --window 3");
        Assert.True(status == ExitStatus.Success, output);
    }

    /// <summary>A busy machine may be late with the questions, which is no fault of the replies.</summary>
    [Fact]
    public async Task Asks_at_a_rate_and_finds_nothing_wrong_with_the_replies()
    {
        await using var server = await ServerProcess.StartAsync();
        var (_, output) = await RunAsync(server.EndPoint.Port, "--messages 5 --limit 200 --rate 100");
        Assert.Contains("10 due", output, StringComparison.Ordinal);
        Assert.Contains("counted    10 histories, 0 rejected", output, StringComparison.Ordinal);
        Assert.Contains(
            "proof      0 unanswered, 0 wrong counts, 0 out of order, 0 corrupted, 0 connections lost", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Works_through_tls()
    {
        var certificate = SelfSignedCertificate.Create(_folder.Path);
        await using var server = await ServerProcess.StartAsync(
            "--tls-cert", certificate.CertificateFile, "--tls-key", certificate.KeyFile);
        var (status, output) = await RunAsync(server.EndPoint.Port, $"--messages 30 --ca-cert {certificate.CertificateFile}");
        Assert.True(status == ExitStatus.Success, output);
    }

    [Fact]
    public async Task Sends_only_what_a_conversation_lacks()
    {
        await using var server = await ServerProcess.StartAsync();
        foreach (var messages in new[] { 20, 30, 10 })
        {
            var (status, output) = await RunAsync(server.EndPoint.Port, $"--messages {messages}");
            Assert.True(status == ExitStatus.Success, output);
        }

        await using var user = await server.ConnectAsync();
        Assert.Equal("OK authenticated", await user.AskAsync("AUTH flood-h-00001 flood-password"));
        Assert.Equal("INFO history_count 30", await user.AskAsync("HISTORY flood-p-00001 200"));
    }

    [Theory]
    [InlineData("wrong counts", "INFO history_count 10", "INFO history_count 9")]
    [InlineData("out of order", "0000000000000004", "0000000000000004")]
    [InlineData("corrupted", "abcdefg", "abcdefx")]
    public async Task Notices_what_is_wrong_with_a_reply(string what, string part, string instead)
    {
        await using var server = await ServerProcess.StartAsync();
        Assert.Equal(ExitStatus.Success, (await RunAsync(server.EndPoint.Port, "--messages 10")).Status);
        using var proxy = new TamperingProxy(server.EndPoint, () => Tamper(what, part, instead), "INFO history");
        var (status, output) = await RunAsync(proxy.Port, "--messages 10");
        Assert.True(status == ExitStatus.Failure, output);
        var proof = output.Split('\n').Single(line => line.StartsWith("proof", StringComparison.Ordinal));
        Assert.DoesNotContain($" 0 {what}", proof, StringComparison.Ordinal);
    }

    /// <summary>Leaves the reply to the first question, which is part of the filling, alone.</summary>
    private static Func<string, IEnumerable<string>> Tamper(string what, string part, string instead)
    {
        string? earlier = null;
        var isWhole = false;
        return line =>
        {
            isWhole |= line.EndsWith("history_count 10", StringComparison.Ordinal);
            if (!isWhole || !line.Contains(part, StringComparison.Ordinal))
                return Interlocked.Exchange(ref earlier, null) is { } late ? [line, late] : [line];
            if (what != "out of order")
                return [line.Replace(part, instead, StringComparison.Ordinal)];
            earlier = line;
            return [];
        };
    }

    private static Task<(int Status, string Output)> RunAsync(int port, string options) =>
        FloodRun.AgainstAsync(port, $"history --pairs 2 --duration 100ms {options}");
}
