namespace InternalChat.EndToEnd.Tests.Administration;

/// <summary>What <c>admin</c> does only on a terminal.</summary>
public sealed class AdminTerminalTests : AdministrationTest
{
    private const string EnterScreen = "\u001b[?1049h";
    private const string LeaveScreen = "\u001b[?1049l";

    [Fact]
    public async Task Top_fills_the_screen_sorts_by_a_key_and_gives_the_terminal_back()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/script"), "There is no program that makes a terminal.");
        var server = await StartServerAsync();
        await LoginAsync(server, "alice");
        var top = Own(TerminalRun.Start($"admin top --db-path '{server.DatabasePath}'"));
        await top.WaitForAsync("by total");
        await top.TypeAsync("n");
        await top.WaitForAsync("by name");
        await top.TypeAsync("q");
        await top.WaitForAsync("status 0");
        Assert.Contains(EnterScreen, top.Shown, StringComparison.Ordinal);
        Assert.EndsWith(
            "status 0", top.Shown[top.Shown.LastIndexOf(LeaveScreen, StringComparison.Ordinal)..].TrimEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Top_gives_the_terminal_back_when_the_server_ends()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/script"), "There is no program that makes a terminal.");
        var server = await StartServerAsync();
        var top = Own(TerminalRun.Start($"admin top --db-path '{server.DatabasePath}'"));
        await top.WaitForAsync("by total");
        Assert.Equal(0, await server.TerminateAsync());
        await top.WaitForAsync("status 0");
        Assert.Contains(LeaveScreen, top.Shown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_password_is_asked_for_twice_and_not_shown()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/script"), "There is no program that makes a terminal.");
        var server = await StartServerAsync();
        var add = Own(TerminalRun.Start($"admin users add alice --db-path '{server.DatabasePath}'"));
        await add.WaitForAsync("Password for alice: ");
        await add.TypeAsync("tremendously-sekret\u007f\u007ft\r");
        await add.WaitForAsync("Once more: ");
        await add.TypeAsync("tremendously-sekrt\r");
        await add.WaitForAsync("status 0");
        Assert.DoesNotContain("sekr", add.Shown, StringComparison.Ordinal);
        await (await ConnectAsync(server)).ExpectAsync("AUTH alice tremendously-sekrt", "OK authenticated");
    }

    [Fact]
    public async Task An_erasure_wants_the_name_typed()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/script"), "There is no program that makes a terminal.");
        var server = await StartServerAsync();
        await (await LoginAsync(server, "alice")).LeaveAsync();
        var erase = Own(TerminalRun.Start($"admin erase alice --db-path '{server.DatabasePath}'"));
        await erase.WaitForAsync("to erase alice: ");
        await erase.TypeAsync("alicia\r");
        await erase.WaitForAsync("status 2");
        Assert.Contains("alice", await DoneAsync(server, "users", "list"), StringComparison.Ordinal);

        erase = Own(TerminalRun.Start($"admin erase alice --db-path '{server.DatabasePath}'"));
        await erase.WaitForAsync("to erase alice: ");
        await erase.TypeAsync("alice\r");
        await erase.WaitForAsync("status 0");
        Assert.DoesNotContain("alice", await DoneAsync(server, "users", "list"), StringComparison.Ordinal);
    }
}
