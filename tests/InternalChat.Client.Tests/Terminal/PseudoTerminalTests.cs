using InternalChat.Client.Tests.Harness;
using InternalChat.TestKit;

namespace InternalChat.Client.Tests.Terminal;

/// <summary>The built program on a real pseudo-terminal, against a scripted server. What is asserted is what a user would see.</summary>
public sealed class PseudoTerminalTests
{
    private const int Columns = 40;
    private const int Rows = 12;

    private readonly TerminalEmulator _screen = new(Columns, Rows);

    [Fact(Timeout = Patience.Milliseconds)]
    public async Task A_message_that_comes_while_one_types_leaves_the_line_whole()
    {
        Assert.SkipUnless(TerminalProcess.HasPseudoTerminal, "needs bash, and script(1) of util-linux for a pseudo-terminal");
        using var server = new FakeServer();
        await using var terminal = TerminalProcess.StartOnTerminal(server.Port, Columns, Rows, "alice");
        using var peer = await LogInAsync(server, terminal);

        await terminal.TypeAsync("/chat bob\r");
        await WaitForLineAsync(terminal, "● bob ›");
        await terminal.TypeAsync("a sentence of more than forty cells, 日本");
        await WaitForLineAsync(terminal, "more than forty");
        await peer.SendAsync("FROM 3 bob 1700000000 hi \u001b[2J there");
        await peer.ExpectAsync("READ 3");
        await peer.SendAsync("OK read 3");
        await WaitForLineAsync(terminal, "there");

        await terminal.TypeAsync("\e[H\e[3~A\r");
        await peer.ExpectAsync("MSG bob A sentence of more than forty cells, 日本", "PING");
        await WaitForLineAsync(terminal, "· ");
        await peer.SendAsync("OK queued 4", "PONG");
        await WaitForLineAsync(terminal, "◷ ");
        await peer.SendAsync("DELIVERED 4", "READ 4 bob");
        await WaitForLineAsync(terminal, "✓✓");

        string[] screen = [.. _screen.Screen.Select(WithoutTime)];
        Assert.Equal(
            [
                "hh:mm    online (2): alice (you), bob",
                "yyyy-mm-dd hh:mm    bob: hi ␛[2J there",
                "hh:mm ✓✓ → bob: A sentence of more than",
                "forty cells, 日本",
                "● bob ›",
            ],
            screen[^5..]);
    }

    [Fact(Timeout = Patience.Milliseconds)]
    public async Task The_terminal_is_left_as_it_was()
    {
        Assert.SkipUnless(TerminalProcess.HasPseudoTerminal, "needs bash, and script(1) of util-linux for a pseudo-terminal");
        using var server = new FakeServer();
        await using var terminal = TerminalProcess.StartOnTerminal(server.Port, Columns, Rows, "alice");
        using var peer = await LogInAsync(server, terminal);

        await terminal.TypeAsync("typed\u0003");
        await terminal.TypeAsync("\u0003");
        await WaitForLineAsync(terminal, "Ctrl-C once more");
        await terminal.TypeAsync("\u0003");
        await peer.ExpectAsync("QUIT");
        await peer.SendAsync("OK bye");
        peer.Dispose();

        await WaitForLineAsync(terminal, "status 0");
        await terminal.WaitForAsync(_screen, screen => screen.Contains("echo") && screen.Contains("icanon"));
    }

    [Fact(Timeout = Patience.Milliseconds)]
    public async Task A_lost_connection_is_made_anew_and_the_line_is_kept()
    {
        Assert.SkipUnless(TerminalProcess.HasPseudoTerminal, "needs bash, and script(1) of util-linux for a pseudo-terminal");
        using var server = new FakeServer();
        await using var terminal = TerminalProcess.StartOnTerminal(server.Port, Columns, Rows, "alice");
        using (await LogInAsync(server, terminal))
            await terminal.TypeAsync("half a line");

        await WaitForLineAsync(terminal, "offline › half a line");
        using var peer = await server.AcceptAsync();
        await peer.ExpectAsync("AUTH alice password1");
        await peer.SendAsync("OK authenticated");
        await WaitForLineAsync(terminal, "connected again");
        await terminal.WaitForAsync(_screen, screen => screen[^1] == "› half a line");
    }

    [Fact(Timeout = Patience.Milliseconds)]
    public async Task A_terminal_that_vanishes_ends_the_client_in_order()
    {
        Assert.SkipUnless(TerminalProcess.HasPseudoTerminal, "needs bash, and script(1) of util-linux for a pseudo-terminal");
        using var server = new FakeServer();
        await using var terminal = TerminalProcess.StartOnVanishingTerminal(server.Port, "alice", "--password", "password1");
        using var peer = await server.AcceptAsync();
        await peer.ExpectAsync("AUTH alice password1");
        await peer.SendAsync("OK authenticated");
        await WaitForLineAsync(terminal, "connected");

        terminal.Vanish();

        using var shell = await server.AcceptAsync();
        await shell.ExpectAsync("status 1");
    }

    [Fact(Timeout = Patience.Milliseconds)]
    public async Task Of_names_without_number_completion_shows_some()
    {
        Assert.SkipUnless(TerminalProcess.HasPseudoTerminal, "needs bash, and script(1) of util-linux for a pseudo-terminal");
        using var server = new FakeServer();
        await using var terminal = TerminalProcess.StartOnTerminal(server.Port, Columns, Rows, "alice");
        using var peer = await LogInAsync(server, terminal);
        await peer.SendAsync([.. Enumerable.Range(1_000, 200).Select(number => $"INFO user_online u{number}"), "INFO notice all are here"]);
        await WaitForLineAsync(terminal, "all are here");

        await terminal.TypeAsync("/msg u1\t\t");
        await terminal.WaitForAsync(_screen, static screen =>
            string.Concat(screen).Replace(" ", "", StringComparison.Ordinal).Contains("u1039and160more", StringComparison.Ordinal));
    }

    /// <summary>Gives the password where it is asked for, which must not be shown.</summary>
    private async Task<FakePeer> LogInAsync(FakeServer server, TerminalProcess terminal)
    {
        await WaitForLineAsync(terminal, "Password for alice:");
        await terminal.TypeAsync("password1\r");
        var peer = await server.AcceptAsync();
        await peer.ExpectAsync("AUTH alice password1");
        await peer.SendAsync("OK authenticated");
        await peer.ExpectAsync("LIST", "PING");
        await peer.SendAsync("INFO online: alice, bob", "INFO known: alice, bob", "PONG");
        await WaitForLineAsync(terminal, "online (2)");
        Assert.DoesNotContain(_screen.Screen, line => line.Contains("password1", StringComparison.Ordinal));
        return peer;
    }

    private Task WaitForLineAsync(TerminalProcess terminal, string text) =>
        terminal.WaitForAsync(_screen, screen => screen.Any(line => line.Contains(text, StringComparison.Ordinal)));

    private static string WithoutTime(string line) => System.Text.RegularExpressions.Regex.Replace(
        System.Text.RegularExpressions.Regex.Replace(line, @"^\d{4}-\d\d-\d\d ", "yyyy-mm-dd "), @"\d\d:\d\d", "hh:mm");
}
