using System.Text.Json;
using System.Text.RegularExpressions;
using InternalChat.Server.Administration;
using InternalChat.TestKit;
using InternalChat.TestKit.Processes;

namespace InternalChat.EndToEnd.Tests.Administration;

public sealed class AdminCommandTests : AdministrationTest
{
    [Fact]
    public async Task Status_tells_how_the_server_fares()
    {
        var server = await StartServerAsync();
        await LoginAsync(server, "alice");
        await ConnectAsync(server);
        // Live is who has got what waited for it, which is a moment after the reply to AUTH.
        JsonElement status = default;
        await Patience.UntilAsync(
            async () => (status = await JsonAsync(server, "status")).GetProperty("sessions_live").GetInt32() == 1,
            () => $"alice is live: {status}");
        Assert.Equal("serving", status.GetProperty("state").GetString());
        Assert.Equal(server.DatabasePath, status.GetProperty("database").GetString());
        Assert.InRange(status.GetProperty("connections").GetInt32(), 1, 2);
        Assert.InRange(status.GetProperty("memory_bytes").GetInt64(), 1 << 20, 1L << 40);
        Assert.StartsWith("serving for ", await DoneAsync(server, "status"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sessions_are_listed_page_by_page_and_kicked()
    {
        var server = await StartServerAsync();
        var (alice, bob) = (await LoginAsync(server, "alice"), await LoginAsync(server, "bob"));
        await LoginAsync(server, "carol");
        await alice.TellAsync("bob", "hi");
        await bob.ReadFromAsync("alice");

        var table = (await DoneAsync(server, "sessions", "list")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Matches(@"^USER\s+ADDRESS\s+SINCE \(UTC\)\s+STATE\s+WAITING\s+SENT\s+RECEIVED$", table[0]);
        Assert.Matches(@"^alice\s+127\.0\.0\.1\s+\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\s+live\s+0\s+1\s+0$", table[1]);
        Assert.Matches(@"^bob\s.*\slive\s+0\s+0\s+1$", table[2]);

        var page = await JsonAsync(server, "sessions", "list", "--after", "alice", "--limit", "1");
        Assert.Equal("bob", Assert.Single(page.GetProperty("sessions").EnumerateArray()).GetProperty("user").GetString());
        Assert.Equal("bob", page.GetProperty("next").GetString());

        await DoneAsync(server, "sessions", "kick", "bob");
        await bob.ExpectPushAsync("INFO notice the operator has closed this connection");
        await bob.ExpectClosedAsync();
        await RefusedAsync(server, 1, "bob is not connected", "sessions", "kick", "bob");
        await LoginAsync(server, "bob");
    }

    [Fact]
    public async Task An_account_is_added_and_gets_another_password_from_the_standard_input()
    {
        var server = await StartServerAsync("--registration", "closed");
        Assert.Equal(0, (await AdminAsync(server, "first-password\nmore\n", ["users", "add", "alice"])).ExitCode);
        var client = await ConnectAsync(server);
        await client.ExpectAsync("AUTH alice first-password", "OK authenticated");
        Assert.Equal(0, (await AdminAsync(server, "second-password", ["users", "passwd", "alice"])).ExitCode);
        await client.ExpectAliveAsync();
        await client.LeaveAsync();
        client = await ConnectAsync(server);
        await client.ExpectErrorAsync("AUTH alice first-password", "AUTH_FAILED");
        await client.ExpectAsync("AUTH alice second-password", "OK authenticated");

        var run = await AdminAsync(server, "short\n", ["users", "add", "bob"]);
        Assert.True(run.ExitCode == 1 && run.StandardError.Contains("at least 8 characters", StringComparison.Ordinal), run.ToString());
        run = await AdminAsync(server, "first-password\n", ["users", "add", "alice"]);
        Assert.True(run.ExitCode == 1 && run.StandardError.Contains("alice already", StringComparison.Ordinal), run.ToString());
        run = await AdminAsync(server, "", ["users", "add", "bob"]);
        Assert.True(run.ExitCode == 2 && run.StandardError.Contains("No password", StringComparison.Ordinal), run.ToString());
        Assert.Equal(0, await server.TerminateAsync());
        Assert.DoesNotContain("-password", server.Output.Whole, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\uFEFFa-good-password\n", "begins with a byte order mark")]
    [InlineData("a-good-password\u00A0\n", "ends with a no-break space")]
    [InlineData("a-good-password\u200B", "ends with an invisible character")]
    [InlineData("a-good-password\t\r\n", "ends with a tab")]
    public async Task A_password_with_an_end_that_nobody_sees_is_refused(string input, string cause)
    {
        var server = await StartServerAsync();
        foreach (var command in new[] { "add", "passwd" })
        {
            var run = await AdminAsync(server, input, ["users", command, "alice"]);
            Assert.True(run.ExitCode == 1 && run.ErrorLines.Count == 1, run.ToString());
            Assert.Contains(cause, run.StandardError, StringComparison.Ordinal);
            Assert.DoesNotContain("a-good", run.StandardError, StringComparison.Ordinal);
            await AdminAsync(server, "a-good-password\r\n", ["users", "add", "alice"]);
        }

        // What was there before is still what opens the account.
        await (await ConnectAsync(server)).ExpectAsync("AUTH alice a-good-password", "OK authenticated");
    }

    [Fact]
    public async Task A_suspended_user_is_refused_at_every_command_and_a_resumed_one_is_not()
    {
        var server = await StartServerAsync();
        var (alice, bob) = (await LoginAsync(server, "alice"), await LoginAsync(server, "bob"));
        await DoneAsync(server, "users", "suspend", "alice");
        await alice.ExpectErrorAsync("SUSPENDED");
        await alice.ExpectClosedAsync();
        var id = await bob.QueueAsync("alice", "for later");

        alice = await ConnectAsync(server);
        await alice.ExpectErrorAsync($"AUTH alice {UniqueName.PasswordOf("alice")}", "SUSPENDED");
        foreach (var command in new[] { "MSG bob hi", "READ 1", "BLOCK bob", "UNBLOCK bob", "HISTORY bob", "LIST", "PING" })
            await alice.ExpectErrorAsync(command, "NOT_AUTHENTICATED");
        await alice.ExpectErrorAsync("AUTH alice another-password", "AUTH_FAILED");

        await DoneAsync(server, "users", "resume", "alice");
        await alice.LoginAsync("alice");
        Assert.StartsWith($"FROM {id} bob ", await alice.ReadPushAsync("FROM "), StringComparison.Ordinal);
        var users = await JsonAsync(server, "users", "list");
        Assert.Equal(
            ["alice active True", "bob active True"],
            users.GetProperty("users").EnumerateArray().Select(static user =>
                $"{user.GetProperty("user")} {user.GetProperty("status")} {user.GetProperty("online")}"));
    }

    [Fact]
    public async Task A_deleted_user_is_gone_for_all_but_what_it_said()
    {
        var server = await StartServerAsync();
        var (alice, bob) = (await LoginAsync(server, "alice"), await LoginAsync(server, "bob"));
        await alice.TellAsync("bob", "remember me");
        await DoneAsync(server, "users", "delete", "alice");
        await alice.ExpectErrorAsync("SUSPENDED");
        await alice.ExpectClosedAsync();
        await bob.ExpectErrorAsync("MSG alice where are you", "UNKNOWN_TARGET");
        Assert.EndsWith(" remember me", Assert.Single(await bob.HistoryAsync("alice")), StringComparison.Ordinal);
        await RefusedAsync(server, 1, "deleted", "users", "resume", "alice");
    }

    [Fact]
    public async Task A_locked_name_and_a_locked_address_are_unlocked()
    {
        var server = await StartServerAsync("--failed-logins-per-connection", "100");
        await LoginAsync(server, "alice");
        var stranger = await ConnectAsync(server);
        for (var attempt = 0; attempt < 10; attempt++)
            await stranger.ExpectErrorAsync("AUTH alice wrong-password", "AUTH_FAILED");
        await stranger.ExpectErrorAsync("AUTH alice wrong-password", "AUTH_THROTTLED");
        Assert.Equal("unlocked\n", await DoneAsync(server, "users", "unlock", "alice"));
        Assert.Equal("was not locked\n", await DoneAsync(server, "users", "unlock", "alice"));
        Assert.Equal("was not locked\n", await DoneAsync(server, "users", "unlock", "--address", "127.0.0.1"));
        await stranger.ExpectErrorAsync("AUTH alice wrong-password", "AUTH_FAILED");
        await RefusedAsync(server, 1, "no IP address", "users", "unlock", "--address", "home");
        await RefusedAsync(server, 2, "a user or --address", "users", "unlock");
        await RefusedAsync(server, 2, "a user or --address", "users", "unlock", "alice", "--address", "127.0.0.1");
    }

    [Fact]
    public async Task A_notice_reaches_everybody_as_it_was_given()
    {
        var server = await StartServerAsync();
        var (alice, bob) = (await LoginAsync(server, "alice"), await LoginAsync(server, "bob"));
        Assert.Equal("2 users were told\n", await DoneAsync(server, "notice", "Wartung um 17:00 – »bitte« abmelden"));
        await alice.ExpectPushAsync("INFO notice Wartung um 17:00 – »bitte« abmelden");
        await bob.ExpectPushAsync("INFO notice Wartung um 17:00 – »bitte« abmelden");
        await RefusedAsync(server, 2, "one line", "notice", "two\nlines");
        await RefusedAsync(server, 2, "one line", "notice", new string('x', 1_025));
    }

    [Fact]
    public async Task The_log_level_changes_while_the_server_runs()
    {
        var server = await StartServerAsync();
        Assert.Equal("information\n", await DoneAsync(server, "loglevel"));
        await DoneAsync(server, "loglevel", "error");
        Assert.Equal("error", (await JsonAsync(server, "loglevel")).GetProperty("level").GetString());
        await DoneAsync(server, "reload");
        await DoneAsync(server, "loglevel", "error");
        await (await ConnectAsync(server)).ExpectErrorAsync("AUTH nobody short", "WEAK_PASSWORD");
        await DoneAsync(server, "loglevel", "information");
        await (await ConnectAsync(server)).ExpectErrorAsync("AUTH somebody short", "WEAK_PASSWORD");
        Assert.Equal(0, await server.TerminateAsync());
        Assert.DoesNotContain("nobody", server.Output.Whole, StringComparison.Ordinal);
        Assert.Contains("somebody", server.Output.Whole, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reload_says_what_is_in_force_what_waits_for_a_restart_and_why_it_was_refused()
    {
        var settings = NewFolder().File("settings.json");
        await WriteAsync("""{ "Chat": { "Registration": "open" } }""");
        var server = await StartServerAsync("--config", settings);
        Assert.Equal("nothing has changed\n", await DoneAsync(server, "reload"));
        await WriteAsync("""{ "Chat": { "Registration": "closed", "Durability": "normal" } }""");
        var reply = await JsonAsync(server, "reload");
        Assert.Equal("registration", Assert.Single(reply.GetProperty("changed").EnumerateArray()).GetProperty("setting").GetString());
        Assert.Equal("durability", Assert.Single(reply.GetProperty("at_restart").EnumerateArray()).GetProperty("setting").GetString());
        await (await ConnectAsync(server)).ExpectErrorAsync("AUTH newcomer password", "AUTH_FAILED");
        await WriteAsync("""{ "Chat": { "Registration": "perhaps" } }""");
        await RefusedAsync(server, 1, "perhaps", "reload");
        await (await ConnectAsync(server)).ExpectErrorAsync("AUTH newcomer password", "AUTH_FAILED");

        Task WriteAsync(string text) => File.WriteAllTextAsync(settings, text, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task What_was_done_and_by_whom_is_in_the_log()
    {
        var server = await StartServerAsync();
        await LoginAsync(server, "alice");
        // The record is there at every level, or whoever is recorded could end it.
        await DoneAsync(server, "loglevel", "critical");
        await DoneAsync(server, "users", "suspend", "alice");
        await RefusedAsync(server, 1, "no user", "users", "suspend", "nobody");
        await DoneAsync(server, "users", "list");
        await DoneAsync(server, "export", "alice");
        await DoneAsync(server, "bans", "add", "192.0.2.0/24", "--for", "1h");
        await DoneAsync(server, "users", "unlock", "--address", "192.0.2.7");
        Assert.Equal(0, await server.TerminateAsync());
        var lines = server.Output.Whole.Split('\n').Where(static line => line.Contains("administration: ", StringComparison.Ordinal));
        Assert.Equal(
            [
                "log level critical: done", "suspend alice: done", "suspend nobody: refused (no_such_user)", "export alice: done",
                "ban 192.0.2.0/24 for 01:00:00: done", "unlock address 192.0.2.7: done",
            ],
            lines.Select(static line => Regex.Match(
                line, @" info: Audit\[3403\] administration: (.*), by user id \d+, process \d+$").Groups[1].Value));
    }

    [Theory]
    [InlineData("users", "suspend", "no")]
    [InlineData("users", "suspend", "name with spaces")]
    [InlineData("users", "list", "--limit", "0")]
    [InlineData("sessions", "list", "--limit", "many")]
    [InlineData("drain", "--over", "soon")]
    [InlineData("loglevel", "loud")]
    public async Task Wrong_usage_is_exit_status_2_and_asks_nobody(params string[] arguments)
    {
        var run = await RunAsync("", ["admin", .. arguments]);
        Assert.True(run.ExitCode == 2 && run.ErrorLines.Count == 1 && run.StandardOutput.Length == 0, run.ToString());
    }

    [Fact]
    public async Task Where_no_server_answers_the_exit_status_is_3()
    {
        var run = await RunAsync("", "admin", "status", "--db-path", NewFolder().File("chat.db"));
        Assert.True(run.ExitCode == 3 && run.ErrorLines.Count == 1 && run.StandardOutput.Length == 0, run.ToString());
        Assert.Contains("chat.db.admin", run.StandardError, StringComparison.Ordinal);

        var server = await StartServerAsync();
        await server.KillAsync();
        await RefusedAsync(server, 3, "has ended", "status");
    }

    [Fact]
    public async Task Top_shows_a_second_of_the_server_and_its_busiest_users()
    {
        var server = await StartServerAsync();
        var (alice, bob) = (await LoginAsync(server, "alice"), await LoginAsync(server, "bob"));
        using var enough = new CancellationTokenSource();
        var talking = TalkAsync();
        var top = await JsonAsync(server, "top", "--once");
        var text = await DoneAsync(server, "top", "--once");
        await enough.CancelAsync();
        await talking;

        Assert.True(top.GetProperty("delivered_per_second").GetDouble() > 0, top.ToString());
        Assert.True(top.GetProperty("batches_per_second").GetDouble() > 0, top.ToString());
        Assert.True(top.GetProperty("commit_milliseconds").GetProperty("p50").GetDouble() > 0, top.ToString());
        Assert.Equal(2, top.GetProperty("sessions_live").GetInt32());
        var users = top.GetProperty("users").EnumerateArray().ToDictionary(static user => user.GetProperty("user").GetString()!);
        Assert.True(users["alice"].GetProperty("sent_per_second").GetDouble() > 0, top.ToString());
        Assert.Equal(0, users["alice"].GetProperty("received_per_second").GetDouble());
        Assert.True(users["bob"].GetProperty("received_per_second").GetDouble() > 0, top.ToString());
        Assert.Matches(@"(?s)^serving .*messages/s .*delivered.*commit ms .*\nUSER\s+STATE\s+SENT/s.*\nalice\s+live\s", text);

        async Task TalkAsync()
        {
            while (!enough.IsCancellationRequested)
            {
                await alice.TellAsync("bob", "and another thing");
                await bob.ReadFromAsync("alice");
            }
        }
    }

    [Theory]
    [InlineData("internalchat adm", "admin")]
    [InlineData("internalchat admin sessions ", "kick list")]
    [InlineData("internalchat db ", "backup check restore stats vacuum")]
    [InlineData("internalchat admin status --j", "--json")]
    public async Task A_real_bash_completes_commands_and_options(string line, string candidates) =>
        Assert.Equal(candidates, await CompleteAsync(line));

    [Fact]
    public async Task Users_of_a_real_server_are_completed()
    {
        var server = await StartServerAsync();
        foreach (var name in new[] { "alice", "alfred", "bob" })
            await LoginAsync(server, name);
        var parsed = AdminCommand.Create(new TimeWithoutTimers()).Parse($"sessions kick --db-path {server.DatabasePath} al");
        Assert.Equal(["alfred", "alice"], parsed.GetCompletions().Select(static completion => completion.Label));
    }

    /// <summary>What Tab offers, as bash calls a completion function.</summary>
    private static async Task<string> CompleteAsync(string line)
    {
        var script = $$"""
            internalchat() { {{ServerProgram.ShellCommand}} "$@"; }
            eval "$(internalchat completion bash)"
            COMP_LINE='{{line}}' COMP_POINT={{line.Length}}
            COMP_WORDS=({{line}}{{(line.EndsWith(' ') ? " ''" : "")}})
            COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            _internalchat
            echo "${COMPREPLY[*]}"
            """;
        var run = await ProgramRun.ToEndAsync("/bin/bash", "-c", script);
        Assert.True(run.ExitCode == 0 && run.ErrorLines.Count == 0, run.ToString());
        return run.StandardOutput.TrimEnd('\n');
    }

    /// <summary>No deadline ever passes: how fast the machine is makes no difference.</summary>
    private sealed class TimeWithoutTimers : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            System.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }
}
