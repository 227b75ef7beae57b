using InternalChat.TestKit;
using InternalChat.TestKit.Processes;
using InternalChat.TestKit.Sockets;

namespace InternalChat.EndToEnd.Tests;

/// <summary>A test that meets its class's server; the server's output is judged after each test, so the culprit is named.</summary>
public abstract class SharedServerTest(SharedServer shared) : EndToEndTest, IClassFixture<SharedServer>
{
    protected ServerProcess Server => shared.Process;

    protected Task<RawClient> ConnectAsync() => ConnectAsync(Server);

    /// <summary>Logs in a user whom nobody has met, named after the stem.</summary>
    protected Task<RawClient> NewUserAsync(string stem) => LoginAsync(Server, UniqueName.Of(stem));

    protected Task<RawClient> LoginAsync(string name) => LoginAsync(Server, name);

    /// <summary>Creates the account and leaves; returns its name.</summary>
    protected async Task<string> OfflineUserAsync(string stem)
    {
        await using var client = await Server.LoginAsync(UniqueName.Of(stem));
        await client.LeaveAsync();
        return client.Name;
    }

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await base.DisposeAsync();
        if (Server.HasExited)
            throw new InvalidOperationException($"The server died:\n{Server.Output.SoFar}");
        Server.VerifyOutput();
    }
}
