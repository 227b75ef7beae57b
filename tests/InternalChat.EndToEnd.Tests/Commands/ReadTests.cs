using InternalChat.TestKit.Sockets;

namespace InternalChat.EndToEnd.Tests.Commands;

/// <summary><c>READ &lt;id&gt;</c></summary>
public sealed class ReadTests(SharedServer shared) : SharedServerTest(shared)
{
    [Fact]
    public async Task The_recipient_gets_OK_and_the_sender_hears_of_it()
    {
        var (sender, recipient, id) = await ReceivedAsync();
        await recipient.ExpectAsync($"READ {id}", $"OK read {id}");
        await sender.ExpectPushAsync($"READ {id} {recipient.Name}");
    }

    [Fact]
    public async Task The_sender_hears_of_it_only_the_first_time()
    {
        var (sender, recipient, id) = await ReceivedAsync();
        await recipient.ExpectAsync($"READ {id}", $"OK read {id}");
        await recipient.ExpectAsync($"READ {id}", $"OK read {id}");
        await sender.ExpectPushAsync($"READ {id} {recipient.Name}");
        await sender.ExpectNoPushAsync("READ ", recipient);
    }

    [Fact]
    public async Task Only_the_first_of_two_pipelined_READs_is_told_to_the_sender()
    {
        var (sender, recipient, id) = await ReceivedAsync();
        await recipient.SendAsync($"READ {id}", $"READ {id}");
        await recipient.ExpectAsync($"OK read {id}");
        await recipient.ExpectAsync($"OK read {id}");
        await sender.ExpectPushAsync($"READ {id} {recipient.Name}");
        await sender.ExpectNoPushAsync("READ ", recipient);
    }

    [Fact]
    public async Task A_sender_who_is_offline_does_not_hear_of_it_later()
    {
        var (sender, recipient, id) = await ReceivedAsync();
        await sender.LeaveAsync();
        await recipient.ExpectAsync($"READ {id}", $"OK read {id}");
        var again = await LoginAsync(sender.Name);
        await again.ExpectNoPushAsync("READ ", recipient);
        await recipient.ExpectAsync($"READ {id}", $"OK read {id}");
        await again.ExpectNoPushAsync("READ ", recipient);
    }

    [Fact]
    public async Task The_id_is_printed_without_leading_zeros()
    {
        var (sender, recipient, id) = await ReceivedAsync();
        await recipient.ExpectAsync($"READ {new string('0', 40)}{id}", $"OK read {id}");
        await sender.ExpectPushAsync($"READ {id} {recipient.Name}");
    }

    [Fact]
    public async Task Of_somebody_elses_message_is_FORBIDDEN_for_the_sender_and_for_strangers()
    {
        var (sender, recipient, id) = await ReceivedAsync();
        await sender.ExpectErrorAsync($"READ {id}", "FORBIDDEN");
        await (await NewUserAsync("stranger")).ExpectErrorAsync($"READ {id}", "FORBIDDEN");

        // The refused ones must not have used up the first time.
        await recipient.ExpectAsync($"READ {id}", $"OK read {id}");
        await sender.ExpectPushAsync($"READ {id} {recipient.Name}");
    }

    [Theory]
    [InlineData("0")]
    [InlineData("000")]
    [InlineData("4611686018427387904")]
    [InlineData("9223372036854775807")]
    [InlineData("9223372036854775808")]
    [InlineData("18446744073709551616")]
    [InlineData("18446744073709551617")]
    [InlineData("99999999999999999999")]
    public async Task Of_an_id_that_no_message_has_is_UNKNOWN_MESSAGE(string id)
    {
        var (_, recipient, _) = await ReceivedAsync();
        await recipient.ExpectErrorAsync($"READ {id}", "UNKNOWN_MESSAGE");
    }

    [Fact]
    public async Task Of_an_id_of_hundreds_of_digits_is_UNKNOWN_MESSAGE()
    {
        var recipient = await NewUserAsync("recipient");
        await recipient.ExpectErrorAsync($"READ {new string('9', 1_000)}", "UNKNOWN_MESSAGE");
    }

    [Fact]
    public async Task Of_the_next_id_to_come_is_UNKNOWN_MESSAGE_until_it_came()
    {
        var (sender, recipient, id) = await ReceivedAsync();
        await recipient.ExpectErrorAsync($"READ {id + 1}", "UNKNOWN_MESSAGE");
        var next = await sender.TellAsync(recipient.Name, "the next");
        await recipient.ExpectAsync($"READ {next}", $"OK read {next}");
    }

    [Fact]
    public async Task Is_answered_in_order_among_messages()
    {
        var (sender, recipient, id) = await ReceivedAsync();
        await recipient.SendAsync($"MSG {sender.Name} before", $"READ {id}", $"MSG {sender.Name} after", "READ 0", "PING");
        var before = await recipient.ReadReplyAsync("waiting for the first acknowledgement");
        await recipient.ExpectAsync($"OK read {id}");
        var after = await recipient.ReadReplyAsync("waiting for the second acknowledgement");
        await recipient.ExpectErrorAsync("UNKNOWN_MESSAGE");
        await recipient.ExpectAsync("PONG");
        Assert.True(ServerFrame.IdOf(before) < ServerFrame.IdOf(after), "The acknowledgements are out of order.");
    }

    private async Task<(RawClient Sender, RawClient Recipient, long Id)> ReceivedAsync()
    {
        var (sender, recipient) = (await NewUserAsync("sender"), await NewUserAsync("recipient"));
        await sender.TellAsync(recipient.Name, "please read me");
        return (sender, recipient, ServerFrame.IdOf(await recipient.ReadFromAsync(sender.Name)));
    }
}
