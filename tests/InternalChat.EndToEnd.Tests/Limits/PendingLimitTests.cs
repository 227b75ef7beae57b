using System.Text.Json;
using InternalChat.TestKit.Processes;
using InternalChat.TestKit.Sockets;

namespace InternalChat.EndToEnd.Tests.Limits;

/// <summary>
/// "While a recipient has no session, so many messages of one sender are kept for it, and no more until it has logged in again."
/// </summary>
public sealed class PendingLimitTests : EndToEndTest
{
    private const int Allowed = 1_000;

    [Fact]
    public async Task The_default_is_1000_messages()
    {
        var run = await ServerProgram.RunToEndAsync(NewFolder().Path, ["config", "--json"]);
        using var settings = JsonDocument.Parse(run.StandardOutput);
        Assert.Equal("1000", settings.RootElement.GetProperty("max-pending").GetProperty("value").GetString());
    }

    [Fact]
    public async Task The_1001st_message_for_somebody_absent_is_refused_and_never_arrives()
    {
        var server = await StartServerAsync(ServerLaunch.Defaults("--password-iterations", "1000", "--rate-limit", "off"));
        await (await LoginAsync(server, "recipient")).LeaveAsync();
        var (sender, other) = (await LoginAsync(server, "sender"), await LoginAsync(server, "other"));
        var witness = await LoginAsync(server, "witness");
        await sender.SendAsync(Enumerable.Range(0, Allowed + 5).Select(static number => $"MSG recipient {number}"));
        for (var number = 0; number < Allowed + 5; number++)
        {
            var reply = await sender.ReadReplyAsync("waiting for the answer to MSG");
            Assert.StartsWith(number < Allowed ? "OK queued " : "ERROR MAILBOX_FULL ", reply, StringComparison.Ordinal);
        }

        await other.QueueAsync("recipient", "not my fault");
        var recipient = await LoginAsync(server, "recipient");
        var arrived = await recipient.ReadAllBeforeAsync(witness);
        string[] expected = [.. Enumerable.Range(0, Allowed).Select(static number => $"{number}"), "not my fault"];
        Assert.Equal(expected, arrived.Select(ServerFrame.BodyOf));

        // And from now on there is room.
        await sender.TellAsync("recipient", "pushed");
        await recipient.LeaveAsync();
        await sender.QueueAsync("recipient", "kept");
    }
}
