using System.ComponentModel;
using System.Net;
using InternalChat.TestKit.Processes;
using InternalChat.TestKit.Sockets;

namespace InternalChat.EndToEnd.Tests.Observability;

/// <summary>"One log line for each failed login with the address, fit for fail2ban, a ready filter in packaging."</summary>
public sealed class FailedLoginLogTests : EndToEndTest
{
    private static readonly IPEndPoint ChatServer = new(IPAddress.Parse("192.0.2.200"), 9000);
    private static readonly IPEndPoint ChatServer6 = new(IPAddress.Parse("2001:db8::200"), 9000);

    [Fact]
    public async Task A_failed_login_has_a_line_with_the_clients_address_the_name_and_the_code()
    {
        var server = await GuessedServerAsync("text");
        var lines = server.Output.Whole.Split('\n');
        foreach (var line in new[]
        {
            "info: InternalChat[1401] login failed from 192.0.2.7 for alice: AUTH_FAILED",
            "info: InternalChat[1401] login failed from 2001:db8::7 for alice: AUTH_FAILED",
            "info: InternalChat[1401] login failed from unix for alice: AUTH_FAILED",
            "info: InternalChat[1401] login failed from 192.0.2.8 for -: INVALID_USERNAME",
            "info: InternalChat[1401] login failed from 192.0.2.8 for bobby: WEAK_PASSWORD",
        })
            Assert.Single(lines, logged => logged.EndsWith(" " + line, StringComparison.Ordinal));
        Assert.Equal(10, lines.Count(static line => line.Contains(" from 203.0.113.7 for ", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("text", "")]
    [InlineData("text", "Nov 30 13:20:02 host internalchat[123]: ")]
    [InlineData("text", "2026-11-30T13:20:02+0000 host internalchat[123]: ")]
    [InlineData("json", "")]
    public async Task The_filter_finds_each_guess_and_nothing_else(string format, string before)
    {
        var server = await GuessedServerAsync(format);
        var log = NewFolder().File("log");
        await File.WriteAllLinesAsync(
            log, server.Output.Whole.Split('\n').Select(line => before + line), TestContext.Current.CancellationToken);
        ProgramRun run;
        try
        {
            run = await ProgramRun.ToEndAsync(
                "fail2ban-regex", "--print-all-matched", "--print-no-missed", log,
                Path.Combine(AppContext.BaseDirectory, "Observability", "fail2ban", "filter.d", "internalchat.conf"));
        }
        catch (Win32Exception missing)
        {
            Assert.Skip($"There is no fail2ban-regex here: {missing.Message}");
            throw;
        }

        Assert.True(run.ExitCode == 0, run.ToString());
        Assert.True(run.StandardOutput.Contains(" 12 matched,", StringComparison.Ordinal), run.ToString());
        var found = run.StandardOutput.Split('\n').Where(static line => line.StartsWith("|  ", StringComparison.Ordinal)).ToList();
        Assert.Single(found, static line => line.Contains("from 192.0.2.7 for alice", StringComparison.Ordinal));
        Assert.Single(found, static line => line.Contains("from 2001:db8::7 for alice", StringComparison.Ordinal));
        Assert.DoesNotContain("192.0.2.8", run.StandardOutput, StringComparison.Ordinal);
    }

    /// <summary>
    /// A server that was guessed at: once from either kind of address and through a Unix socket, and a dozen times from one.
    /// </summary>
    private async Task<ServerProcess> GuessedServerAsync(string format)
    {
        var server = await StartServerAsync(
            "--listen", $"unix:{NewFolder().File("chat.sock")}", "--listen", "tcp+proxy://127.0.0.1:0", "--proxy-protocol", "127.0.0.1",
            "--log-format", format);
        var unix = new RawClientOptions { Server = server.Listeners[0] };
        await (await LoginAsync(server, "alice", unix)).LeaveAsync();
        await (await LoginAsync(server, "bobby", unix)).LeaveAsync();
        foreach (var options in new[] { Named("192.0.2.7"), Named("2001:db8::7"), unix })
            await (await ConnectAsync(server, options)).ExpectErrorAsync("AUTH alice a-wrong-guess", "AUTH_FAILED");
        var clumsy = await ConnectAsync(server, Named("192.0.2.8"));
        await clumsy.ExpectErrorAsync("AUTH x a-wrong-guess", "INVALID_USERNAME");
        await clumsy.ExpectErrorAsync("AUTH bobby short", "WEAK_PASSWORD");
        for (var guess = 0; guess < 12; guess++)
        {
            // One connection has fewer guesses than this.
            var guessing = await ConnectAsync(server, Named("203.0.113.7"));
            Assert.StartsWith("ERROR AUTH_", await guessing.AskAsync("AUTH bobby a-wrong-guess"), StringComparison.Ordinal);
        }

        Assert.Equal(0, await server.TerminateAsync());
        return server;

        RawClientOptions Named(string client)
        {
            var source = new IPEndPoint(IPAddress.Parse(client), 56_324);
            return new RawClientOptions
            {
                Server = server.Listeners[1],
                Preamble = ProxyHeaders.Binary(source, source.AddressFamily == ChatServer.AddressFamily ? ChatServer : ChatServer6),
            };
        }
    }
}
