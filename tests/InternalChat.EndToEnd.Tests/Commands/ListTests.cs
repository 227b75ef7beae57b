using InternalChat.TestKit.Sockets;

namespace InternalChat.EndToEnd.Tests.Commands;

/// <summary><c>LIST</c>, on servers of its own because it shows everybody.</summary>
public sealed class ListTests : EndToEndTest
{
    private const string Online = "INFO online: ";
    private const string Known = "INFO known: ";

    [Fact]
    public async Task Shows_who_is_online_and_who_is_known_including_oneself()
    {
        var server = await StartServerAsync();
        var carol = await LoginAsync(server, "carol");
        await carol.LeaveAsync();
        await LoginAsync(server, "bob");
        var alice = await LoginAsync(server, "alice");
        await alice.ExpectAsync("LIST", "INFO online: alice, bob");
        await alice.ExpectAsync("INFO known: alice, bob, carol");
        await alice.ExpectAliveAsync();
    }

    [Fact]
    public async Task Sorts_names_by_bytes()
    {
        var server = await StartServerAsync();
        string[] sorted = ["---", "...", "012", "ABC", "Zed", "___", "aaa", "aaaa", "abc", "zed"];
        foreach (var name in sorted.Reverse())
            await LoginAsync(server, name);
        var reader = await LoginAsync(server, "~~~".Replace('~', 'z'));
        var expected = string.Join(", ", sorted.Append("zzz"));
        await reader.ExpectAsync("LIST", Online + expected);
        await reader.ExpectAsync(Known + expected);
    }

    [Fact]
    public async Task Leaves_out_those_who_left_however_they_did()
    {
        var server = await StartServerAsync();
        var reader = await LoginAsync(server, "reader");
        foreach (var (name, leave) in WaysToLeave)
        {
            var leaver = await LoginAsync(server, name);
            await reader.ExpectPushAsync($"INFO user_online {name}");
            await leave(leaver);
            await reader.ExpectPushAsync($"INFO user_offline {name}");
            await reader.ExpectAsync("LIST", Online + "reader");
            await reader.ReadReplyAsync("waiting for the known users");
        }
    }

    [Fact]
    public async Task A_list_too_long_for_a_line_goes_on_in_further_lines_and_names_each_user_once()
    {
        const int known = 1_100;
        const int online = 420;
        var server = await StartServerAsync("--max-connections-per-address", "2000");
        var names = Enumerable.Range(0, known).Select(number => $"{number:0000}-a-name-as-long-as-can-be-xx").ToList();
        Assert.All(names, name => Assert.InRange(name.Length, 30, 32));
        await Parallel.ForEachAsync(names.Index(), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (user, _) =>
        {
            var client = await LoginAsync(server, user.Item);
            if (user.Index >= online)
                await client.LeaveAsync();
        });

        var reader = await LoginAsync(server, "reader");
        await reader.SendAsync("LIST", "PING");
        var lines = new List<string>();
        string line;
        while ((line = await reader.ReadReplyAsync("waiting for the list")) != "PONG")
            lines.Add(line);

        // RawClient has held every line against 12,288 bytes.
        Assert.Equal(lines, lines.OrderByDescending(reply => reply.StartsWith(Online, StringComparison.Ordinal)));
        Assert.Equal(names.Take(online).Append("reader"), NamesIn(lines, Online));
        Assert.Equal(names.Append("reader"), NamesIn(lines, Known));
        Assert.True(lines.Count(reply => reply.StartsWith(Known, StringComparison.Ordinal)) > 1, "The list fitted one line.");
        Assert.True(lines.Count(reply => reply.StartsWith(Online, StringComparison.Ordinal)) > 1, "The online list fitted one line.");
    }

    private static IEnumerable<(string Name, Func<RawClient, Task> Leave)> WaysToLeave =>
    [
        ("quits", client => client.LeaveAsync()),
        ("closes", async client => await client.DisposeAsync()),
        ("resets", client =>
        {
            client.Reset();
            return Task.CompletedTask;
        }),
        ("shuts-down", async client =>
        {
            client.ShutdownSend();
            await client.ExpectClosedAsync();
        }),
        ("is-thrown-out", async client =>
        {
            await client.SendAsync(new string('x', 16_385));
            await client.ExpectErrorAsync("BAD_REQUEST");
            await client.ExpectClosedAsync();
        }),
    ];

    private static IEnumerable<string> NamesIn(IEnumerable<string> lines, string prefix) =>
        lines.Where(line => line.StartsWith(prefix, StringComparison.Ordinal)).SelectMany(line => line[prefix.Length..].Split(", "));
}
