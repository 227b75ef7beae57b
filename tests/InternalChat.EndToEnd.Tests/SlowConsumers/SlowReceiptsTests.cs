using InternalChat.TestKit.Sockets;

namespace InternalChat.EndToEnd.Tests.SlowConsumers;

/// <summary>"SLOW_CONSUMER (closed; messages are kept)": what a client earns that lets receipts pile up without end.</summary>
public sealed class SlowReceiptsTests(ITestOutputHelper output) : EndToEndTest
{
    // With a long name each message earns its sender some 60 bytes of receipts: in all twice what the kernel's buffers take.
    private const int Messages = 100_000;
    private const string Reader = "a-reader-with-a-very-long-name-x";
    private const long MostGrowth = 64L << 20;

    [Fact]
    public async Task A_sender_that_does_not_read_its_receipts_is_closed_with_SLOW_CONSUMER_and_may_come_back()
    {
        var server = await StartServerAsync();
        await (await LoginAsync(server, Reader)).LeaveAsync();
        var observer = await LoginAsync(server, "observer");
        var lazy = await LoginAsync(server, "lazy", new RawClientOptions { ReceiveBufferBytes = 65_536 });
        await observer.ExpectPushAsync("INFO user_online lazy");
        await SendAsync(lazy, Messages);

        var reader = await LoginAsync(server, Reader);
        await using var memory = new ResidentMemory(server);
        for (var read = 0; read < Messages; read++)
        {
            var id = ServerFrame.IdOf(await reader.ReadPushAsync("FROM "));
            await reader.SendAsync($"READ {id}");
        }

        for (var read = 0; read < Messages; read++)
            Assert.StartsWith("OK read ", await reader.ReadReplyAsync("waiting for OK read"), StringComparison.Ordinal);
        await observer.ExpectPushAsync("INFO user_offline lazy");
        output.WriteLine($"{memory}");
        Assert.True(memory.Growth < MostGrowth, $"The server grew: {memory}");

        await ExpectEndAsync(lazy);
        var again = await LoginAsync(server, "lazy");
        await reader.TellAsync("lazy", "welcome back");
        Assert.Equal("welcome back", ServerFrame.BodyOf(await again.ReadFromAsync(Reader)));
        Assert.Equal(200, (await again.HistoryAsync(Reader, "200")).Count);
    }

    // Who does not read may not get to read why it was closed either; but it is told nothing else, and its last line may be cut.
    private static async Task ExpectEndAsync(RawClient lazy)
    {
        try
        {
            await lazy.ExpectErrorAsync("SLOW_CONSUMER");
        }
        catch (EndOfStreamException)
        {
            return;
        }

        await lazy.ExpectClosedAsync();
    }

    private static async Task SendAsync(RawClient sender, int messages)
    {
        const int window = 1_000;
        for (var first = 0; first < messages; first += window)
        {
            var sending = sender.SendAsync(Enumerable.Repeat($"MSG {Reader} x", window));
            for (var number = 0; number < window; number++)
                Assert.True(ServerFrame.IsQueued(await sender.ReadReplyAsync("waiting for OK queued")));
            await sending;
        }
    }
}
