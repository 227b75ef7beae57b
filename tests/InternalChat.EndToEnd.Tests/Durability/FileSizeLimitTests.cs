using InternalChat.TestKit.Processes;

namespace InternalChat.EndToEnd.Tests.Durability;

/// <summary>A process that may not make its files larger (<c>ulimit -f</c>): a full disk by another name, and SIGXFSZ besides.</summary>
public sealed class FileSizeLimitTests : EndToEndTest
{
    private const int SizeExceeded = 25;

    [Fact]
    public async Task A_file_that_may_not_grow_is_STORAGE_and_not_the_end_and_nothing_acknowledged_is_lost()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Limits of the size of files are tried on Linux.");
        // 1 MiB: the write-ahead log reaches it.
        var server = await StartServerAsync(ServerLaunch.Quick() with
        {
            FileBlocks = 2_048,
            // A runtime that compiles as it runs has its code in a file in memory, which would be too large.
            Environment = new Dictionary<string, string> { ["DOTNET_EnableWriteXorExecute"] = "0" },
        });
        server.Output.ExpectErrors("could not be stored|was not stored|not written|checkpoint");
        await (await LoginAsync(server, "bob")).LeaveAsync();
        var alice = await LoginAsync(server, "alice");
        var body = new string('b', 3_000);
        var acknowledged = new Dictionary<long, string>();
        string reply;
        do
        {
            reply = await alice.AskAsync($"MSG bob {body}");
            if (reply.StartsWith("OK queued ", StringComparison.Ordinal))
                acknowledged.Add(long.Parse(reply.Split(' ')[2], null), $"alice {body}");
        }
        while (reply.StartsWith("OK queued ", StringComparison.Ordinal) && acknowledged.Count < 2_000);

        Assert.StartsWith("ERROR STORAGE ", reply, StringComparison.Ordinal);
        await alice.ExpectAliveAsync();
        // The thread that takes the signal writes the line, perhaps after the reply.
        if (!UnixSignal.IsIgnored(SizeExceeded))
            await server.Output.LineAsync("[3603]");
        Assert.Equal(0, await server.TerminateAsync());
        await ExpectStoredAsync(server, "bob", acknowledged);
    }
}
