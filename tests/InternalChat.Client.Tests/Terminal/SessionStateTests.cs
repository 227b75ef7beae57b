using InternalChat.Client.Tests.Harness;
using InternalChat.Protocol;
using InternalChat.Terminal.Output;
using InternalChat.Terminal.Session;

namespace InternalChat.Client.Tests.Terminal;

public sealed class SessionStateTests
{
    [Fact]
    public void The_delay_doubles_to_half_a_minute_and_is_never_less_than_half_of_itself()
    {
        var delay = new ReconnectDelay(new Random(1));
        for (var full = 0.5; full < 200; full *= 2)
            Assert.InRange(delay.Next().TotalSeconds, Math.Min(full, 30) / 2, Math.Min(full, 30));
        delay.ConnectionEnded(TimeSpan.FromSeconds(29));
        Assert.InRange(delay.Next().TotalSeconds, 15, 30);
        delay.ConnectionEnded(TimeSpan.FromSeconds(30));
        Assert.InRange(delay.Next().TotalSeconds, 0.25, 0.5);
    }

    [Fact]
    public void A_receipt_counts_though_it_was_quicker_than_the_answer()
    {
        var sent = new SentMessages();
        var message = new SentMessage(Names.Bob, "hi", DateTimeOffset.UnixEpoch);

        Assert.Null(sent.Receipt(7, SentState.Read));
        sent.Answered(message, new SendResult(SendStatus.Delivered, 7, null, ""));

        Assert.Equal(SentState.Read, message.State);
    }

    [Fact]
    public void A_message_never_goes_back()
    {
        var sent = new SentMessages();
        var message = new SentMessage(Names.Bob, "hi", DateTimeOffset.UnixEpoch);
        sent.Answered(message, new SendResult(SendStatus.Queued, 7, null, ""));

        Assert.Same(message, sent.Receipt(7, SentState.Read));
        Assert.Null(sent.Receipt(7, SentState.Delivered));
        Assert.Equal(SentState.Read, message.State);
    }

    [Fact]
    public void A_message_that_comes_again_is_recognised_and_one_of_a_new_server_is_not_taken_for_it()
    {
        var recent = new RecentMessages();
        var message = new ChatMessage(1, Names.Bob, DateTimeOffset.UnixEpoch, "hi");

        Assert.True(recent.Add(message));
        Assert.False(recent.Add(message with { }));
        Assert.True(recent.Add(message with { Body = "ho" }));
    }

    [Fact]
    public void Names_without_an_end_are_not_all_remembered()
    {
        var roster = new Roster();
        roster.TalkedTo(Names.Bob);
        for (var i = 0; i < 300_000; i++)
        {
            roster.CameOnline(UserName.Parse($"stranger{i}"));
            roster.TalkedTo(UserName.Parse($"writer{i}"));
        }

        roster.CameOnline(Names.Bob);

        Assert.InRange(roster.Known.Count, 1, 250_000);
        Assert.True(roster.IsOnline(Names.Bob));
        Assert.True(roster.IsOfInterest(Names.Bob));
    }
}
