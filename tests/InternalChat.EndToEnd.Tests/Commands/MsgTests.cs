using System.Globalization;
using InternalChat.TestKit;
using InternalChat.TestKit.Sockets;

namespace InternalChat.EndToEnd.Tests.Commands;

/// <summary><c>MSG &lt;user&gt; &lt;body&gt;</c></summary>
public sealed class MsgTests(SharedServer shared) : SharedServerTest(shared)
{
    [Fact]
    public async Task A_recipient_that_is_idle_and_reading_gets_it_at_once_and_the_sender_DELIVERED()
    {
        var recipient = await NewUserAsync("recipient");
        var sender = await NewUserAsync("sender");
        await recipient.ExpectAliveAsync();
        var earliest = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var reply = await sender.AskAsync($"MSG {recipient.Name} a first greeting");
        var latest = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        Assert.StartsWith("DELIVERED ", reply, StringComparison.Ordinal);
        var from = await recipient.ReadPushAsync("FROM ");
        var timestamp = ServerFrame.TimestampOf(from);
        Assert.InRange(timestamp, earliest, latest);
        Assert.Equal(string.Create(CultureInfo.InvariantCulture,
            $"FROM {ServerFrame.IdOf(reply)} {sender.Name} {timestamp} a first greeting"), from);
    }

    [Fact]
    public async Task A_message_to_somebody_offline_is_queued_and_DELIVERED_follows_when_it_was_handed_over()
    {
        var recipient = await OfflineUserAsync("recipient");
        var sender = await NewUserAsync("sender");
        var id = await sender.QueueAsync(recipient, "see this tomorrow");
        var reader = await LoginAsync(recipient);
        Assert.Equal(id, ServerFrame.IdOf(await reader.ReadFromAsync(sender.Name)));
        await sender.ExpectPushAsync($"DELIVERED {id}");
    }

    [Fact]
    public async Task Nothing_but_the_recipient_and_the_sender_hears_of_a_message()
    {
        var (recipient, sender, third) = (await NewUserAsync("recipient"), await NewUserAsync("sender"), await NewUserAsync("third"));
        await sender.TellAsync(recipient.Name, "between the two of us");
        await recipient.ReadFromAsync(sender.Name);
        await third.ExpectNoPushAsync("FROM ", sender);
        Assert.Null(sender.TakeArrivedPush("FROM "));
        Assert.Empty(await third.HistoryAsync(recipient.Name));
    }

    [Theory]
    [InlineData(" leading")]
    [InlineData("trailing ")]
    [InlineData("  two   three  two  ")]
    [InlineData(" ")]
    [InlineData("   ")]
    [InlineData("\ttabs\t\tand spaces ")]
    [InlineData("x")]
    [InlineData("MSG bob hello")]
    public async Task A_body_is_kept_byte_for_byte(string body)
    {
        var recipient = await NewUserAsync("recipient");
        var sender = await NewUserAsync("sender");
        await sender.TellAsync(recipient.Name, body);
        Assert.Equal(body, ServerFrame.BodyOf(await recipient.ReadFromAsync(sender.Name)));
        Assert.Equal(body, ServerFrame.BodyOf(Assert.Single(await sender.HistoryAsync(recipient.Name))));
    }

    public static TheoryData<string, int> BodiesOfTheLongestLength => new()
    {
        { "a", 4_096 }, { "é", 2_048 }, { "你", 1_365 }, { "🙂", 1_024 },
    };

    [Theory]
    [MemberData(nameof(BodiesOfTheLongestLength))]
    public async Task A_body_is_measured_in_bytes_of_UTF_8(string character, int most)
    {
        var recipient = await NewUserAsync("recipient");
        var sender = await NewUserAsync("sender");
        var longest = string.Concat(Enumerable.Repeat(character, most));
        await sender.TellAsync(recipient.Name, longest);
        Assert.Equal(longest, ServerFrame.BodyOf(await recipient.ReadFromAsync(sender.Name)));
        Assert.Equal(longest, ServerFrame.BodyOf(Assert.Single(await recipient.HistoryAsync(sender.Name))));
        await sender.ExpectErrorAsync($"MSG {recipient.Name} {longest}{character}", "MESSAGE_TOO_LONG");
        Assert.Single(await sender.HistoryAsync(recipient.Name));
    }

    [Theory]
    [InlineData("al")]
    [InlineData("a")]
    [InlineData("bad!name")]
    [InlineData("naïve")]
    [InlineData("a,b,c")]
    [InlineData("abcdefghijklmnopqrstuvwxyz0123456")]
    public async Task A_malformed_target_is_INVALID_TARGET(string target)
    {
        var sender = await NewUserAsync("sender");
        await sender.ExpectErrorAsync($"MSG {target} hello", "INVALID_TARGET");
    }

    [Fact]
    public async Task A_message_to_oneself_is_INVALID_TARGET()
    {
        var sender = await NewUserAsync("sender");
        await sender.ExpectErrorAsync($"MSG {sender.Name} hello", "INVALID_TARGET");
    }

    [Fact]
    public async Task A_name_nobody_has_is_UNKNOWN_TARGET_and_leaves_nothing_behind()
    {
        var sender = await NewUserAsync("sender");
        var name = UniqueName.Of("later");
        await sender.ExpectErrorAsync($"MSG {name} hello", "UNKNOWN_TARGET");
        var later = await LoginAsync(name);
        await later.ExpectNoPushAsync("FROM ", await NewUserAsync("witness"));
        Assert.Empty(await sender.HistoryAsync(name));
    }

    [Fact]
    public async Task Names_of_targets_are_case_sensitive()
    {
        var recipient = await OfflineUserAsync("recipient");
        var sender = await NewUserAsync("sender");
        await sender.ExpectErrorAsync($"MSG {recipient.ToUpperInvariant()} hello", "UNKNOWN_TARGET");
    }

    [Fact]
    public async Task Ids_increase_over_the_whole_server()
    {
        var recipients = new[] { await OfflineUserAsync("first"), await OfflineUserAsync("second"), await OfflineUserAsync("third") };
        var senders = new[] { await NewUserAsync("one"), await NewUserAsync("two") };
        var last = 0L;
        foreach (var round in Enumerable.Range(0, 30))
        {
            var id = await senders[round % 2].QueueAsync(recipients[round % 3], "next");
            Assert.True(id > last, $"{id} came after {last}.");
            last = id;
        }
    }
}
