using InternalChat.TestKit;
using InternalChat.TestKit.Processes;
using InternalChat.TestKit.Sockets;

namespace InternalChat.EndToEnd.Tests.Durability;

/// <summary>"Where the message could not be stored the sender gets ERROR STORAGE and nobody gets the message."</summary>
public sealed class DiskFullTests : EndToEndTest
{
    private const int Megabytes = 64;
    private const string StorageError = "ERROR STORAGE ";

    private readonly string _padding = new('p', 3_500);
    private readonly Dictionary<long, string> _acknowledged = [];
    private int _sent;

    [Fact]
    public async Task A_full_disk_refuses_messages_and_nothing_else_and_is_forgotten_when_there_is_room_again()
    {
        var disk = Own(await SmallFileSystem.MountAsync(Megabytes));
        var server = await StartServerAsync(ServerLaunch.Quick() with { DatabasePath = Path.Combine(disk.Path, "chat.db") });
        server.Output.ExpectErrors(".");
        var (sender, online) = (await LoginAsync(server, "sender"), await LoginAsync(server, "online"));
        await (await LoginAsync(server, "offline")).LeaveAsync();
        for (var number = 0; number < 50; number++)
            Assert.False(await TryTellAsync(sender, number % 2 == 0 ? "online" : "offline"), "The disk was full too early.");

        disk.Fill();
        await SendUntilRefusedAsync(sender);
        await sender.ExpectAliveAsync();
        Assert.Equal(20, (await sender.HistoryAsync("online")).Count);
        await online.ExpectAliveAsync();
        Assert.StartsWith("INFO online: ", await online.AskAsync("LIST"), StringComparison.Ordinal);
        await online.ReadReplyAsync("waiting for the known users");

        disk.MakeRoom();
        await SendUntilAcceptedAsync(sender);
        for (var number = 0; number < 50; number++)
            Assert.False(await TryTellAsync(sender, "offline"), "There is room, but the message was refused.");
        await ExpectExactlyAcknowledgedAsync(server, online);
        Assert.Equal(0, await server.TerminateAsync());
    }

    [Fact]
    public async Task A_disk_that_became_read_only_is_not_taken_for_a_server_that_has_the_database()
    {
        var disk = Own(await SmallFileSystem.MountAsync(Megabytes));
        var server = await StartServerAsync(ServerLaunch.Quick() with { DatabasePath = Path.Combine(disk.Path, "chat.db") });
        Assert.Equal(0, await server.TerminateAsync());
        await disk.MakeReadOnlyAsync();
        var run = await ServerProgram.RunToEndAsync(NewFolder().Path, ["--port", "0", "--db-path", server.DatabasePath]);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("cannot be taken: Read-only file system", run.StandardError, StringComparison.Ordinal);
    }

    private async Task SendUntilRefusedAsync(RawClient sender)
    {
        // What is allocated already may take some more; at most as much as the whole disk holds.
        var most = Megabytes * 1024 * 1024 / _padding.Length;
        for (var attempt = 0; attempt < most; attempt++)
        {
            if (await TryTellAsync(sender, attempt % 2 == 0 ? "online" : "offline"))
                return;
        }

        Assert.Fail("The disk is full, but every message was accepted.");
    }

    private Task SendUntilAcceptedAsync(RawClient sender) => Patience.UntilAsync(
        async () => !await TryTellAsync(sender, "offline"), static () => "there is room again and a message is accepted");

    // True where the answer was STORAGE.
    private async Task<bool> TryTellAsync(RawClient sender, string recipient)
    {
        var body = $"{recipient} {++_sent} {_padding}";
        var reply = await sender.AskAsync($"MSG {recipient} {body}");
        if (reply.StartsWith(StorageError, StringComparison.Ordinal))
            return true;
        Assert.True(ServerFrame.IsQueued(reply) || ServerFrame.IsDelivered(reply), $"MSG was answered '{reply}'.");
        _acknowledged.Add(ServerFrame.IdOf(reply), body);
        return false;
    }

    private async Task ExpectExactlyAcknowledgedAsync(ServerProcess server, RawClient online)
    {
        var witness = await LoginAsync(server, "witness");
        var offline = await LoginAsync(server, "offline");
        foreach (var recipient in new[] { online, offline })
        {
            var seen = (await recipient.ReadAllBeforeAsync(witness)).ToDictionary(ServerFrame.IdOf, ServerFrame.BodyOf);
            var expected = _acknowledged.Where(message => message.Value.StartsWith(recipient.Name, StringComparison.Ordinal));
            Assert.Equal(expected.Order(ById), seen.Order(ById));
        }
    }

    private static Comparer<KeyValuePair<long, string>> ById { get; } =
        Comparer<KeyValuePair<long, string>>.Create((one, other) => one.Key.CompareTo(other.Key));
}
