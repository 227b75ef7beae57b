using InternalChat.TestKit;

namespace InternalChat.EndToEnd.Tests.Limits;

/// <summary>"Names and limits": usernames and passwords.</summary>
public sealed class NameAndPasswordTests(SharedServer shared) : SharedServerTest(shared)
{
    [Theory]
    [InlineData("abc")]
    [InlineData("A.b")]
    [InlineData("...")]
    [InlineData("---")]
    [InlineData("___")]
    [InlineData("007")]
    [InlineData("ABCDEFGHIJKLMNOPQRSTUVWXYZ")]
    [InlineData("abcdefghijklmnopqrstuvwxyz")]
    [InlineData("0123456789_.-")]
    [InlineData("exactly-thirty-two-characters-xx")]
    public async Task A_legal_name_can_register_and_be_written_to(string name)
    {
        var client = await LoginAsync(name);
        var sender = await NewUserAsync("sender");
        await sender.TellAsync(name, "hello");
        await client.ReadFromAsync(sender.Name);
    }

    [Theory]
    [InlineData("ab")]
    [InlineData("x")]
    [InlineData("exactly-thirty-three-characters-x")]
    [InlineData("a,b")]
    [InlineData("a:b")]
    [InlineData("a/b")]
    [InlineData("a@b")]
    [InlineData("a\tb")]
    [InlineData("abc\r")]
    [InlineData("abc\u0001")]
    [InlineData("müller")]
    [InlineData("ａｂｃ")]
    [InlineData("👍👍👍")]
    [InlineData("٣٤٥")]
    public async Task Any_other_name_is_INVALID_USERNAME_and_may_be_tried_again(string name)
    {
        var client = await ConnectAsync();
        await client.ExpectErrorAsync($"AUTH {name} a-good-password", "INVALID_USERNAME");
        await client.LoginAsync(UniqueName.Of("better"));
    }

    [Fact]
    public async Task Names_are_case_sensitive()
    {
        var name = UniqueName.Of("case");
        var lower = await LoginAsync(name);
        var upper = await LoginAsync(name.ToUpperInvariant());
        await lower.TellAsync(upper.Name, "to the capitals");
        Assert.EndsWith("to the capitals", await upper.ReadFromAsync(lower.Name), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1")]
    [InlineData("1234567")]
    [InlineData("ööö")]
    public async Task A_password_shorter_than_8_characters_is_WEAK_PASSWORD(string password)
    {
        var client = await ConnectAsync();
        await client.ExpectErrorAsync($"AUTH {UniqueName.Of("weak")} {password}", "WEAK_PASSWORD");
        await client.LoginAsync(UniqueName.Of("stronger"));
    }

    [Theory]
    [InlineData("12345678")]
    [InlineData("öööööööö")]
    [InlineData("pass\tword")]
    [InlineData("🔑🔑🔑🔑🔑🔑🔑🔑")]
    public async Task A_password_of_8_characters_is_enough(string password)
    {
        var name = UniqueName.Of("strong");
        var client = await ConnectAsync();
        await client.ExpectAsync($"AUTH {name} {password}", "OK registered");
        await client.LeaveAsync();
        var again = await ConnectAsync();
        await again.ExpectAsync($"AUTH {name} {password}", "OK authenticated");
    }

    [Fact]
    public async Task A_long_password_counts_to_its_last_character()
    {
        var name = UniqueName.Of("long");
        var password = new string('k', 2_000);
        var client = await ConnectAsync();
        await client.ExpectAsync($"AUTH {name} {password}", "OK registered");
        await client.LeaveAsync();
        var again = await ConnectAsync();
        await again.ExpectErrorAsync($"AUTH {name} {password[..^1]}x", "AUTH_FAILED");
        await again.ExpectAsync($"AUTH {name} {password}", "OK authenticated");
    }
}
