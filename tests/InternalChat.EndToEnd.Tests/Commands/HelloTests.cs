using InternalChat.TestKit;

namespace InternalChat.EndToEnd.Tests.Commands;

/// <summary><c>HELLO &lt;version&gt;</c></summary>
public sealed class HelloTests(SharedServer shared) : SharedServerTest(shared)
{
    [Fact]
    public async Task Version_1_is_greeted()
    {
        var client = await ConnectAsync();
        await client.ExpectAsync("HELLO 1", "OK hello");
    }

    [Fact]
    public async Task May_be_said_again()
    {
        var client = await ConnectAsync();
        await client.ExpectAsync("HELLO 1", "OK hello");
        await client.ExpectAsync("HELLO 1", "OK hello");
    }

    [Theory]
    [InlineData("0")]
    [InlineData("2")]
    [InlineData("01")]
    [InlineData("1.0")]
    [InlineData("one")]
    [InlineData("-1")]
    [InlineData("１")]
    [InlineData("99999999999999999999")]
    public async Task Any_other_version_is_BAD_VERSION_and_the_connection_stays(string version)
    {
        var client = await ConnectAsync();
        await client.ExpectErrorAsync($"HELLO {version}", "BAD_VERSION");
        await client.ExpectAsync("HELLO 1", "OK hello");
    }

    [Fact]
    public async Task Is_optional_before_AUTH()
    {
        var client = await ConnectAsync();
        var name = UniqueName.Of("silent");
        await client.ExpectAsync($"AUTH {name} {UniqueName.PasswordOf(name)}", "OK registered");
    }

    [Fact]
    public async Task A_bad_version_does_not_hinder_AUTH()
    {
        var client = await ConnectAsync();
        await client.ExpectErrorAsync("HELLO 2", "BAD_VERSION");
        var name = UniqueName.Of("modern");
        await client.ExpectAsync($"AUTH {name} {UniqueName.PasswordOf(name)}", "OK registered");
    }
}
