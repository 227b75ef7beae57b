using System.Globalization;
using InternalChat.TestKit.Processes;

namespace InternalChat.EndToEnd.Tests.Network;

/// <summary>The program asks .NET by an environment variable of its own to go on with a socket on the thread that polled it.</summary>
public sealed class SocketThreadsTests : EndToEndTest
{
    private const string PollerThread = ".NET Sockets";
    private const string PoolThread = ".NET TP Worker";
    private const int Commands = 5_000;

    [Fact]
    public async Task A_command_is_served_by_the_thread_that_polled_its_socket()
    {
        Assert.SkipUnless(File.Exists("/proc/self/schedstat"), "The time that threads have run for is looked up in /proc.");
        var server = await StartServerAsync();
        var alice = await LoginAsync(server, "alice");
        var (pollers, pool) = (RunTime(server, PollerThread), RunTime(server, PoolThread));
        for (var command = 0; command < Commands; command++)
            await alice.ExpectAliveAsync();
        (pollers, pool) = (RunTime(server, PollerThread) - pollers, RunTime(server, PoolThread) - pool);
        Assert.True(pool < pollers, $"Pollers have run for {pollers} ns, threads of the pool for {pool} ns.");
    }

    private static long RunTime(ServerProcess server, string name) =>
        Directory.GetDirectories($"/proc/{server.ProcessId}/task")
            .Where(thread => File.ReadAllText(thread + "/comm").TrimEnd() == name)
            .Sum(static thread => long.Parse(File.ReadAllText(thread + "/schedstat").Split(' ')[0], CultureInfo.InvariantCulture));
}
