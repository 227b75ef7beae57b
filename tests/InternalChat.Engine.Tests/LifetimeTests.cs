using InternalChat.Engine.Diagnostics;
using InternalChat.Engine.Passwords;
using InternalChat.Engine.Tests.Harness;
using InternalChat.Storage;
using InternalChat.Storage.Sqlite;
using InternalChat.Storage.Sqlite.Options;
using InternalChat.TestKit;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace InternalChat.Engine.Tests;

/// <summary>An engine that is not made leaves nothing behind, and one that has ended may still be spoken to.</summary>
public sealed class LifetimeTests
{
    [Fact]
    public async Task A_login_that_waits_for_a_logout_ends_with_the_engine()
    {
        var time = new FakeTimeProvider();
        await using var server = new TestServer(TestServer.Quiet with { CloseTimeout = TimeSpan.FromHours(1) }, time);
        var progress = new FakeProgress();
        var old = await server.LogInAs("alice", progress);
        Assert.Equal("DELIVERED 1", await (await server.LogInAs("bob")).Ask("MSG alice hi"));
        await old.Lines(1);
        // Not acknowledged: the session cannot end.
        Assert.Equal("OK bye", await old.Ask("QUIT"));
        // One of them waits, and that the other is refused is the sign of it.
        TestClient[] clients = [server.Connect(), server.Connect()];
        foreach (var client in clients)
            client.Send("AUTH alice password");
        var replies = clients.Select(static client => client.TryLine()).ToArray();
        var refused = await Phase.Within(Task.WhenAny(replies), "the refusal");
        Assert.StartsWith("ERROR ALREADY_CONNECTED ", await refused, StringComparison.Ordinal);
        await Phase.Within(server.Engine.DisposeAsync().AsTask(), "the end of the engine");
        await Phase.Within(Task.WhenAll(replies), "the end of the connection that waited");
        progress.AcknowledgedBytes = long.MaxValue;
        time.Advance(TimeSpan.FromSeconds(1));
        await Phase.Within(old.Served, "the end of the older session");
    }

    [Fact]
    public async Task An_engine_that_has_ended_can_be_told_so_again()
    {
        await using var server = new TestServer();
        await server.Engine.DisposeAsync();
        server.Engine.BeginShutdown();
        Assert.Null(server.Engine.TryDrain(TimeSpan.Zero));
        Assert.Equal(["INFO server_shutdown"], await server.Connect().ReadToEnd());
    }

    [Fact]
    public async Task What_is_to_be_hashed_after_the_end_is_cancelled()
    {
        var hashing = new HashingPool(capacity: 1, new EngineMetrics(), TimeProvider.System);
        hashing.Start();
        hashing.Dispose();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => hashing.RunAsync(default, HashingRank.Stranger, static () => 1, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void An_engine_whose_readers_cannot_be_made_leaves_no_file_open(int readersMade)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Open files are counted in /proc.");
        using var folder = new TemporaryFolder();
        var database = ChatDatabase.Open(new DatabaseOptions { Path = folder.File("chat.db") });
        var left = readersMade;
        Assert.Throws<StorageException>(() => new ChatEngine(
            database.Writer,
            () => left-- > 0 ? database.CreateReader() : throw new StorageException("Too many open files."),
            TestServer.Quiet,
            TimeProvider.System,
            NullLogger.Instance));
        database.Dispose();
        Assert.Equal(0, OpenFiles(folder));
    }

    private static int OpenFiles(TemporaryFolder folder) =>
        new DirectoryInfo("/proc/self/fd").EnumerateFileSystemInfos().Count(
            file => file.LinkTarget?.StartsWith(folder.Path, StringComparison.Ordinal) == true);
}
