using InternalChat.TestKit;
using InternalChat.TestKit.Processes;
using InternalChat.TestKit.Sockets;

namespace InternalChat.EndToEnd.Tests;

/// <summary>
/// Owns the servers, clients and folders of one test. At its end every client is closed, every server ended, and a server
/// that logged an undeclared error or printed a secret fails the test.
/// </summary>
public abstract class EndToEndTest : IAsyncDisposable
{
    private readonly Stack<IAsyncDisposable> _owned = new();
    private readonly List<TemporaryFolder> _folders = [];

    /// <summary>Starts a server without a rate limit and with cheap password hashes.</summary>
    protected Task<ServerProcess> StartServerAsync(params string[] flags) => StartServerAsync(ServerLaunch.Quick(flags));

    protected async Task<ServerProcess> StartServerAsync(ServerLaunch launch) => Own(await ServerProcess.StartAsync(launch));

    /// <summary>Ends what is given when the test ends, the latest first.</summary>
    protected T Own<T>(T resource)
        where T : IAsyncDisposable
    {
        lock (_owned)
            _owned.Push(resource);
        return resource;
    }

    protected async Task<RawClient> ConnectAsync(ServerProcess server, RawClientOptions? options = null) =>
        Own(await server.ConnectAsync(options));

    protected async Task<RawClient> LoginAsync(ServerProcess server, string name, RawClientOptions? options = null) =>
        Own(await server.LoginAsync(name, options));

    /// <summary>Starts a server on the database of one that has ended, of which it may print no secret either.</summary>
    protected Task<ServerProcess> StartAgainAsync(ServerProcess ended, params string[] flags) =>
        StartServerAsync(ServerLaunch.Quick(flags) with { DatabasePath = ended.DatabasePath, Secrets = ended.Secrets });

    /// <summary>
    /// Starts the server again on the database of one that has ended; there these messages, and perhaps others, wait for a user.
    /// </summary>
    /// <param name="ended">The server that has ended.</param>
    /// <param name="recipient">Who was never online since they were sent.</param>
    /// <param name="messages">By id: the sender, a space, and the body.</param>
    protected async Task ExpectStoredAsync(ServerProcess ended, string recipient, IReadOnlyDictionary<long, string> messages)
    {
        var server = await StartAgainAsync(ended);
        var (reader, witness) = (await LoginAsync(server, recipient), await LoginAsync(server, "witness"));
        var seen = (await reader.ReadAllBeforeAsync(witness)).ToDictionary(
            ServerFrame.IdOf, from => $"{ServerFrame.SenderOf(from)} {ServerFrame.BodyOf(from)}");
        Assert.All(messages, message => Assert.Equal(message.Value, seen[message.Key]));
    }

    protected TemporaryFolder NewFolder()
    {
        var folder = new TemporaryFolder();
        _folders.Add(folder);
        return folder;
    }

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        var failures = new List<Exception>();
        while (_owned.TryPop(out var resource))
        {
            try
            {
                await resource.DisposeAsync();
            }
            catch (Exception failure)
            {
                failures.Add(failure);
            }
        }

        foreach (var folder in _folders)
            folder.Dispose();
        if (failures.Count > 0)
            throw new AggregateException(failures);
    }
}
