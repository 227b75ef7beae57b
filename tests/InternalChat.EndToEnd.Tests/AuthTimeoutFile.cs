using InternalChat.TestKit;
using InternalChat.TestKit.Processes;

namespace InternalChat.EndToEnd.Tests;

/// <summary>
/// The settings of a server that gives strangers all the time that they take, until a test shortens it: whoever is to log in before does so
/// at leisure.
/// </summary>
internal sealed class AuthTimeoutFile
{
    private readonly string _path;

    public AuthTimeoutFile(TemporaryFolder folder)
    {
        _path = folder.File("settings.json");
        Write("1h");
    }

    /// <summary>What the server is started with.</summary>
    public string[] Flags => ["--config", _path];

    public Task SetAsync(ServerProcess server, string time)
    {
        Write(time);
        return server.ReloadAsync();
    }

    private void Write(string time) => File.WriteAllText(_path, $$"""{ "Chat": { "AuthTimeout": "{{time}}" } }""");
}
