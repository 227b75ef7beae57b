using System.Text;
using System.Text.Json;
using InternalChat.TestKit.Processes;

namespace InternalChat.EndToEnd.Tests.Administration;

public sealed class PersonalDataTests : AdministrationTest
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    [Fact]
    public async Task An_export_has_everything_about_a_person_and_is_for_its_owner_only()
    {
        var server = await StartServerAsync();
        var (alice, bob) = (await LoginAsync(server, "alice"), await LoginAsync(server, "bob"));
        await alice.TellAsync("bob", "sent by alice");
        await bob.TellAsync("alice", "sent to alice");
        await alice.ExpectAsync("BLOCK bob", "OK blocked bob");

        var file = NewFolder().File("alice.json");
        Assert.Equal("", await DoneAsync(server, "export", "alice", "--out", file));
        if (OperatingSystem.IsLinux())
            Assert.Equal(OwnerOnly, File.GetUnixFileMode(file));
        using var saved = JsonDocument.Parse(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
        using var printed = JsonDocument.Parse(await DoneAsync(server, "export", "alice"));
        foreach (var export in new[] { saved.RootElement, printed.RootElement })
        {
            Assert.Equal("alice", export.GetProperty("account").GetProperty("username").GetString());
            Assert.Equal(
                ["sent by alice", "sent to alice"],
                export.GetProperty("messages").EnumerateArray().Select(static message => message.GetProperty("body").GetString()));
            Assert.Equal("bob", Assert.Single(export.GetProperty("blocks").EnumerateArray()).GetProperty("username").GetString());
        }

        await RefusedAsync(server, 1, "already exists", "export", "alice", "--out", file);
        var other = NewFolder().File("nobody.json");
        await RefusedAsync(server, 1, "no user nobody", "export", "nobody", "--out", other);
        Assert.False(File.Exists(other));
    }

    [Fact]
    public async Task An_erased_person_is_gone_from_the_files_and_from_everybody()
    {
        const string name = "zaphod-beeblebrox";
        const string secret = "the-answer-is-forty-two";
        var server = await StartServerAsync();
        var (erased, bob) = (await LoginAsync(server, name), await LoginAsync(server, "bob"));
        await erased.TellAsync("bob", secret);
        await bob.TellAsync(name, secret + " indeed");
        await bob.ExpectAsync($"BLOCK {name}", $"OK blocked {name}");
        Assert.True(FilesHold(server, secret) && FilesHold(server, name));

        await RefusedAsync(server, 2, "--yes", "erase", name);
        Assert.Equal($"{name} is erased\n", await DoneAsync(server, "erase", name, "--yes"));
        await erased.ExpectErrorAsync("SUSPENDED");
        await erased.ExpectClosedAsync();
        Assert.False(FilesHold(server, secret), "A message is still in the file.");
        Assert.False(FilesHold(server, name), "The name is still in the file.");
        await bob.ExpectErrorAsync($"MSG {name} hello", "UNKNOWN_TARGET");
        await bob.ExpectErrorAsync($"HISTORY {name}", "UNKNOWN_TARGET");
        // The name is free, for somebody else.
        Assert.Equal("OK registered", await (await ConnectAsync(server)).LoginAsync(name));
        Assert.Empty(await bob.HistoryAsync(name));
    }

    private static bool FilesHold(ServerProcess server, string text) =>
        Directory.GetFiles(Path.GetDirectoryName(server.DatabasePath)!, "chat.db*")
            .Where(static file => Path.GetExtension(file) is not (".admin" or ".lock"))
            .Any(file => Encoding.Latin1.GetString(ReadShared(file)).Contains(text, StringComparison.Ordinal));

    private static byte[] ReadShared(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
