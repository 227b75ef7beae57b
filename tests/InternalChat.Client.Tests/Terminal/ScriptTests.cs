using InternalChat.Client.Tests.Harness;
using InternalChat.TestKit;

namespace InternalChat.Client.Tests.Terminal;

/// <summary>The built program with pipes, against a scripted server.</summary>
public sealed class ScriptTests
{
    [Fact(Timeout = Patience.Milliseconds)]
    public async Task A_script_sends_waits_for_the_answers_and_leaves_with_status_0()
    {
        using var server = new FakeServer();
        await using var terminal = TerminalProcess.Start(server.Port, "alice", "--password", "password1");
        await terminal.TypeAsync("/msg bob hi\nand again\n/history bob 1\n");
        var finishing = terminal.FinishAsync();

        using var peer = await server.AcceptAsync();
        await peer.ExpectAsync("AUTH alice password1");
        await peer.SendAsync("OK authenticated");
        await peer.ExpectAsync("MSG bob hi", "PING");
        await peer.SendAsync("FROM 3 bob 1700000000 are you \u001b[31mthere?");
        await peer.ExpectAsync("READ 3");
        await peer.SendAsync("DELIVERED 4", "PONG", "OK read 3");
        await peer.ExpectAsync("MSG bob and again");
        await peer.SendAsync("OK queued 5");
        await peer.ExpectAsync("HISTORY bob 1");
        await peer.SendAsync("INFO history_count 1", "INFO history 3 bob 1700000000 are you there?");
        await peer.ExpectAsync("QUIT");
        await peer.SendAsync("OK bye");
        peer.Dispose();

        var (status, output, errors) = await finishing;
        Assert.Equal((0, ""), (status, errors));
        Assert.DoesNotContain('\e', output);
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line["2000-01-01 00:00:00 ".Length..]);
        Assert.Equal(
            ["#3 bob: are you ␛[31mthere?", "#4 -> bob: hi (delivered)", "#5 -> bob: and again (queued)", "#3 bob: are you there?"],
            lines);
    }

    [Fact(Timeout = Patience.Milliseconds)]
    public async Task A_failed_command_is_status_1_and_the_rest_is_done()
    {
        using var server = new FakeServer();
        await using var terminal = TerminalProcess.Start(server.Port, "alice", "--password", "password1", "--no-read-receipts");
        await terminal.TypeAsync("BLOCK nobody\nPING\n/quit\nnever read\n");
        var finishing = terminal.FinishAsync();

        using var peer = await server.AcceptAsync();
        await peer.ExpectAsync("AUTH alice password1");
        await peer.SendAsync("OK authenticated", "FROM 3 bob 1700000000 hi");
        await peer.ExpectAsync("BLOCK nobody");
        await peer.SendAsync("ERROR UNKNOWN_TARGET no such user");
        await peer.ExpectAsync("PING");
        await peer.SendAsync("PONG");
        await peer.ExpectAsync("QUIT");
        await peer.SendAsync("OK bye");
        peer.Dispose();

        var (status, output, _) = await finishing;
        Assert.Equal(1, status);
        // Where among the answers the message stands is left to chance.
        Assert.Contains(" #3 bob: hi\n", output, StringComparison.Ordinal);
        var answers = output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(line => !line.EndsWith("bob: hi", StringComparison.Ordinal));
        Assert.Equal(["ERROR UNKNOWN_TARGET no such user", "PONG"], answers);
    }

    [Fact(Timeout = Patience.Milliseconds)]
    public async Task A_lost_connection_is_status_1_though_the_input_goes_on()
    {
        using var server = new FakeServer();
        await using var terminal = TerminalProcess.Start(server.Port, "alice", "--password", "password1");
        using (var peer = await server.AcceptAsync())
        {
            await peer.ExpectAsync("AUTH alice password1");
            await peer.SendAsync("OK authenticated", "INFO server_shutdown");
        }

        var cancel = TestContext.Current.CancellationToken;
        Assert.Contains("shutting down", await terminal.Output.ReadLineAsync(cancel), StringComparison.Ordinal);
        Assert.Null(await terminal.Output.ReadLineAsync(cancel));
        var (status, _, errors) = await terminal.FinishAsync();
        Assert.Equal((1, "error: the server closed the connection\n"), (status, errors));
    }

    [Fact(Timeout = Patience.Milliseconds)]
    public async Task A_refused_login_is_status_3()
    {
        using var server = new FakeServer();
        await using var terminal = TerminalProcess.Start(server.Port, "alice", "--password", "password2");
        using var peer = await server.AcceptAsync();
        await peer.ExpectAsync("AUTH alice password2");
        await peer.SendAsync("ERROR AUTH_FAILED wrong user name or password");

        var (status, output, errors) = await terminal.FinishAsync();
        Assert.Equal((3, "", "error: login refused: wrong user name or password\n"), (status, output, errors));
    }

    [Fact(Timeout = Patience.Milliseconds)]
    public async Task A_user_who_is_connected_elsewhere_is_tried_again()
    {
        using var server = new FakeServer();
        await using var terminal = TerminalProcess.Start(server.Port, "alice", "--password", "password1");
        var finishing = terminal.FinishAsync();
        using (var peer = await server.AcceptAsync())
        {
            await peer.ExpectAsync("AUTH alice password1");
            await peer.SendAsync("ERROR ALREADY_CONNECTED this user is connected elsewhere");
        }

        using var again = await server.AcceptAsync();
        await again.ExpectAsync("AUTH alice password1");
        await again.SendAsync("OK authenticated");
        await again.ExpectAsync("QUIT");
        await again.SendAsync("OK bye");
        again.Dispose();

        Assert.Equal(0, (await finishing).Status);
    }

    [Fact(Timeout = Patience.Milliseconds)]
    public async Task Without_a_password_and_a_terminal_it_is_wrong_usage()
    {
        await using var terminal = TerminalProcess.Start(1, "alice");

        var (status, output, errors) = await terminal.FinishAsync();
        Assert.Equal((2, ""), (status, output));
        Assert.Contains("CHAT_PASSWORD", errors, StringComparison.Ordinal);
    }

    [Fact(Timeout = Patience.Milliseconds)]
    public async Task An_output_that_cannot_be_written_is_one_line_and_status_1()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "needs a device that is always full");
        using var server = new FakeServer();
        await using var terminal = TerminalProcess.StartWithOutputTo("/dev/full", server.Port, "alice", "--password", "password1");
        using var peer = await server.AcceptAsync();
        await peer.ExpectAsync("AUTH alice password1");
        await peer.SendAsync("OK authenticated", "INFO notice for nobody");

        var (status, _, errors) = await terminal.EndAsync();
        Assert.Equal((1, "internalchat-client: cannot write: No space left on device\n"), (status, errors));
    }

    [Fact(Timeout = Patience.Milliseconds)]
    public async Task A_server_that_answers_no_receipts_gets_no_more_than_a_bounded_number()
    {
        const int Messages = 50_000;
        using var server = new FakeServer();
        await using var terminal = TerminalProcess.Start(server.Port, "alice", "--password", "password1");
        using var peer = await server.AcceptAsync();
        await peer.ExpectAsync("AUTH alice password1");
        await peer.SendAsync("OK authenticated");
        var messages = Enumerable.Range(1, Messages).Select(id => $"FROM {id} bob 1700000000 x");
        var sending = peer.SendAsync([.. messages, "INFO notice all sent"]);
        while (await terminal.Output.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            if (line.EndsWith("notice: all sent", StringComparison.Ordinal))
                break;
        }

        await sending;
        var finishing = terminal.FinishAsync();
        var receipts = 0;
        for (; await peer.ReadLineAsync() is { } line && line != "QUIT"; receipts++)
            await peer.SendAsync(line.Replace("READ", "OK read", StringComparison.Ordinal));
        await peer.SendAsync("OK bye");
        peer.Dispose();

        Assert.Equal(0, (await finishing).Status);
        Assert.InRange(receipts, 1, Messages / 2);
    }

    [Fact(Timeout = Patience.Milliseconds)]
    public async Task A_message_that_nobody_reads_any_more_is_not_confirmed()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "a pipe without a reader is told of on Unix only");
        using var server = new FakeServer();
        await using var terminal = TerminalProcess.Start(server.Port, "alice", "--password", "password1");
        using var peer = await server.AcceptAsync();
        await peer.ExpectAsync("AUTH alice password1");
        terminal.Output.Close();
        await peer.SendAsync("OK authenticated", "FROM 3 bob 1700000000 hi");

        Assert.Null(await peer.ReadLineAsync());
    }
}
