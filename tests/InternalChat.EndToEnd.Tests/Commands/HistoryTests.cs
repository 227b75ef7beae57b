using InternalChat.TestKit;
using InternalChat.TestKit.Sockets;

namespace InternalChat.EndToEnd.Tests.Commands;

/// <summary><c>HISTORY &lt;user&gt; [limit]</c></summary>
public sealed class HistoryTests(SharedServer shared) : SharedServerTest(shared)
{
    [Fact]
    public async Task Shows_both_directions_oldest_first_with_id_sender_timestamp_and_body()
    {
        var (alice, bob) = (await NewUserAsync("alice"), await NewUserAsync("bob"));
        var earliest = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var expected = new List<(long Id, string Sender, string Body)>();
        foreach (var round in Enumerable.Range(0, 4))
        {
            expected.Add((await alice.TellAsync(bob.Name, $"question {round}"), alice.Name, $"question {round}"));
            expected.Add((await bob.TellAsync(alice.Name, $"answer  {round} "), bob.Name, $"answer  {round} "));
        }

        var latest = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        foreach (var (reader, other) in new[] { (alice, bob), (bob, alice) })
        {
            var lines = await reader.HistoryAsync(other.Name);
            Assert.Equal(expected, lines.Select(line => (ServerFrame.IdOf(line), line.Split(' ')[3], ServerFrame.BodyOf(line))));
            Assert.All(lines, line => Assert.InRange(ServerFrame.TimestampOf(line), earliest, latest));
        }
    }

    [Fact]
    public async Task Shows_messages_whether_or_not_they_were_delivered()
    {
        var recipient = await OfflineUserAsync("recipient");
        var sender = await NewUserAsync("sender");
        var id = await sender.QueueAsync(recipient, "not yet delivered");
        var pending = Assert.Single(await sender.HistoryAsync(recipient));
        var reader = await LoginAsync(recipient);
        Assert.Equal(id, ServerFrame.IdOf(await reader.ReadFromAsync(sender.Name)));
        Assert.Equal(pending, Assert.Single(await reader.HistoryAsync(sender.Name)));
        Assert.Equal(pending, Assert.Single(await sender.HistoryAsync(recipient)));
    }

    [Fact]
    public async Task The_same_message_has_the_same_timestamp_in_FROM_and_HISTORY()
    {
        var (alice, bob) = (await NewUserAsync("alice"), await NewUserAsync("bob"));
        await alice.TellAsync(bob.Name, "what time is it");
        var from = await bob.ReadFromAsync(alice.Name);
        var line = Assert.Single(await alice.HistoryAsync(bob.Name));
        Assert.Equal("INFO history " + from["FROM ".Length..], line);
    }

    [Fact]
    public async Task The_limit_is_clamped_to_1_and_200_and_is_20_where_not_given()
    {
        const int messages = 203;
        var recipient = await OfflineUserAsync("recipient");
        var sender = await NewUserAsync("sender");
        await sender.SendAsync(Enumerable.Range(1, messages).Select(number => $"MSG {recipient} {number}"));
        for (var number = 0; number < messages; number++)
            await sender.ReadReplyAsync("waiting for OK queued");

        foreach (var (limit, shown) in new[]
            {
                ("", 20), ("0", 1), ("00", 1), ("1", 1), ("2", 2), ("020", 20), ("199", 199), ("200", 200), ("201", 200),
                ("2147483648", 200), ("4294967297", 200), ("9223372036854775808", 200), ("99999999999999999999", 200),
                (new string('9', 300), 200), (new string('0', 300), 1), (new string('0', 300) + "7", 7),
            })
        {
            var bodies = (await sender.HistoryAsync(recipient, limit)).Select(ServerFrame.BodyOf);
            Assert.Equal(Enumerable.Range(messages - shown + 1, shown).Select(number => $"{number}"), bodies);
        }
    }

    [Fact]
    public async Task Keeps_conversations_apart()
    {
        var (alice, bob, carol) = (await NewUserAsync("alice"), await NewUserAsync("bob"), await NewUserAsync("carol"));
        await alice.TellAsync(bob.Name, "for bob");
        await alice.TellAsync(carol.Name, "for carol");
        await carol.TellAsync(bob.Name, "from carol");
        Assert.Equal(["for bob"], (await alice.HistoryAsync(bob.Name)).Select(ServerFrame.BodyOf));
        Assert.Equal(["for carol"], (await carol.HistoryAsync(alice.Name)).Select(ServerFrame.BodyOf));
        Assert.Equal(["from carol"], (await bob.HistoryAsync(carol.Name)).Select(ServerFrame.BodyOf));
    }

    [Fact]
    public async Task Of_oneself_is_empty()
    {
        var alice = await NewUserAsync("alice");
        Assert.Empty(await alice.HistoryAsync(alice.Name));
        Assert.Empty(await alice.HistoryAsync(alice.Name, "200"));
    }

    [Fact]
    public async Task Of_somebody_one_never_talked_to_is_empty()
    {
        var alice = await NewUserAsync("alice");
        Assert.Empty(await alice.HistoryAsync(await OfflineUserAsync("bob")));
    }

    [Theory]
    [InlineData("al")]
    [InlineData("bad!name")]
    [InlineData("naïve")]
    [InlineData("abcdefghijklmnopqrstuvwxyz0123456")]
    public async Task Of_a_malformed_name_is_INVALID_TARGET(string name)
    {
        var alice = await NewUserAsync("alice");
        await alice.ExpectErrorAsync($"HISTORY {name}", "INVALID_TARGET");
        await alice.ExpectErrorAsync($"HISTORY {name} 5", "INVALID_TARGET");
    }

    [Fact]
    public async Task Of_an_unknown_name_is_UNKNOWN_TARGET()
    {
        var alice = await NewUserAsync("alice");
        await alice.ExpectErrorAsync($"HISTORY {UniqueName.Of("nobody")}", "UNKNOWN_TARGET");
    }
}
