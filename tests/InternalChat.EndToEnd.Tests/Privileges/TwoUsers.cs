using InternalChat.Storage.Sqlite;
using InternalChat.Storage.Sqlite.Options;
using InternalChat.TestKit;
using InternalChat.TestKit.Processes;

namespace InternalChat.EndToEnd.Tests.Privileges;

/// <summary>
/// A folder of the user who runs the server, with a database in it, and one of root's, with a backup and a secret in it. Whatever the user
/// puts into the first, root's secret has to stay as it is.
/// </summary>
public sealed class TwoUsers
{
    /// <summary>A user of whom the system has no account; its group has another number.</summary>
    public const string Service = "54321:54322";

    public const int ServiceId = 54_321;

    private const string Secret = "nobody but root has read this";

    private static readonly Lazy<byte[]> EmptyDatabase = new(MakeDatabase);

    private readonly string _statusBefore;

    private TwoUsers(string serviceFolder, string rootFolder, string statusBefore) =>
        (ServiceFolder, RootFolder, _statusBefore) = (serviceFolder, rootFolder, statusBefore);

    public string ServiceFolder { get; }

    public string RootFolder { get; }

    public string Database => Path.Combine(ServiceFolder, "chat.db");

    public string Backup => Path.Combine(RootFolder, "backup.db");

    public string SecretFile => Path.Combine(RootFolder, "secret");

    public static void SkipUnlessRoot() => Assert.SkipUnless(
        OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Only root on Linux can be tempted by another user's links.");

    /// <summary>Makes both in an empty folder.</summary>
    public static async Task<TwoUsers> CreateAsync(TemporaryFolder folder)
    {
        SkipUnlessRoot();
        var (service, root) = (folder.File("service"), folder.File("root"));
        Directory.CreateDirectory(service);
        Directory.CreateDirectory(root);
        await File.WriteAllTextAsync(Path.Combine(root, "secret"), Secret);
        await File.WriteAllBytesAsync(Path.Combine(service, "chat.db"), EmptyDatabase.Value);
        await File.WriteAllBytesAsync(Path.Combine(root, "backup.db"), EmptyDatabase.Value);
        await RunAsync("chmod", "755", folder.Path);
        await RunAsync("chmod", "-R", "go=", root);
        await RunAsync("chown", "-R", Service, service);
        return new TwoUsers(service, root, await StatusAsync(Path.Combine(root, "secret")));
    }

    /// <summary>Puts something under a name in the user's folder, in the place of what has it.</summary>
    public async Task PlantAsync(string name, string kind)
    {
        var path = Path.Combine(ServiceFolder, name);
        File.Delete(path);
        switch (kind)
        {
            case "symbolic link":
                File.CreateSymbolicLink(path, SecretFile);
                await RunAsync("chown", "--no-dereference", Service, path);
                break;
            case "hard link":
                await RunAsync("ln", SecretFile, path);
                break;
            case "pipe":
                // Who cannot write it tries to read it, and would wait for somebody who writes.
                await RunAsync("mkfifo", "--mode=400", path);
                await RunAsync("chown", Service, path);
                break;
            default:
                throw new ArgumentException(kind);
        }
    }

    /// <summary>Takes it away again, under whatever name it is by now.</summary>
    public async Task ClearAsync()
    {
        Directory.Delete(ServiceFolder, recursive: true);
        Directory.CreateDirectory(ServiceFolder);
        await File.WriteAllBytesAsync(Database, EmptyDatabase.Value);
        await RunAsync("chown", "-R", Service, ServiceFolder);
    }

    /// <summary>The secret is what it was, and so are its owner, mode and inode; in the user's folder nothing else is root's.</summary>
    public async Task ExpectUntouchedAsync(string after)
    {
        Assert.Equal((after, _statusBefore, Secret), (after, await StatusAsync(SecretFile), await File.ReadAllTextAsync(SecretFile)));
        var foreign = await RunAsync("find", ServiceFolder, "!", "-uid", $"{ServiceId}", "!", "-samefile", SecretFile);
        Assert.Equal((after, ""), (after, foreign));
    }

    /// <summary>The owner and the mode of files.</summary>
    public static Task<string> OwnersAsync(params string[] paths) => RunAsync("stat", ["-c", "%u:%g %a", .. paths]);

    public static async Task<string> RunAsync(string program, params string[] arguments)
    {
        var run = await ProgramRun.ToEndAsync(program, arguments);
        Assert.True(run.ExitCode == 0, run.ToString());
        return run.StandardOutput;
    }

    private static Task<string> StatusAsync(string path) => RunAsync("stat", "-c", "%u:%g %a %s %i %y", path);

    private static byte[] MakeDatabase()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("chat.db");
        ChatDatabase.Open(new DatabaseOptions { Path = path }).Dispose();
        return File.ReadAllBytes(path);
    }
}
