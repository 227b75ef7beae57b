using System.ComponentModel;
using System.Globalization;
using InternalChat.TestKit;
using InternalChat.TestKit.Processes;

namespace InternalChat.EndToEnd.Tests;

/// <summary>
/// A library preloaded into the server whose fsync waits or fails while a test says so, and that kills it before a file's name is changed.
/// </summary>
internal sealed class TroubleDisk
{
    private readonly TemporaryFolder _folder;

    private TroubleDisk(TemporaryFolder folder) => _folder = folder;

    /// <summary>What the server's environment needs.</summary>
    public IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string>
    {
        ["LD_PRELOAD"] = _folder.File("trouble_disk.so"),
        ["TROUBLE_DISK_FOLDER"] = _folder.Path,
    };

    /// <summary>Skips the test where there is no C compiler.</summary>
    public static async Task<TroubleDisk> BuildAsync(TemporaryFolder folder)
    {
        var source = Path.Combine(AppContext.BaseDirectory, "Durability", "trouble_disk.c");
        try
        {
            var run = await ProgramRun.ToEndAsync("cc", "-shared", "-fPIC", "-O1", "-Wall", "-o", folder.File("trouble_disk.so"), source);
            Assert.True(run.ExitCode == 0, run.ToString());
        }
        catch (Win32Exception missing)
        {
            Assert.Skip($"There is no C compiler here: {missing.Message}");
        }

        return new TroubleDisk(folder);
    }

    /// <summary>From now on fsync does not return.</summary>
    public void Slow() => File.WriteAllText(_folder.File("slow"), "");

    /// <summary>From now on each fsync waits until <see cref="StepAsync"/> lets it return.</summary>
    public void HoldEach() => File.WriteAllText(_folder.File("syncs"), "0");

    /// <summary>Lets one fsync return, and waits until the server waits in the next.</summary>
    public Task StepAsync()
    {
        File.WriteAllText(_folder.File("syncs"), "1");
        File.Delete(_folder.File("waiting"));
        return UntilWaitedForAsync();
    }

    /// <summary>Returns when the server waits in fsync.</summary>
    public Task UntilWaitedForAsync() => Patience.UntilAsync(
        () => Task.FromResult(File.Exists(_folder.File("waiting"))), static () => "the server calls fsync", TimeSpan.FromMilliseconds(10));

    /// <summary>From now on fsync fails with an I/O error.</summary>
    public void Break() => File.WriteAllText(_folder.File("broken"), "");

    /// <summary>So many names of a database <c>chat.db</c> and its companions change from now on; before the next it is killed.</summary>
    public void KillAfterNames(int count) => File.WriteAllText(_folder.File("names"), count.ToString(CultureInfo.InvariantCulture));

    public void Heal()
    {
        File.Delete(_folder.File("slow"));
        File.Delete(_folder.File("syncs"));
        File.Delete(_folder.File("broken"));
        File.Delete(_folder.File("waiting"));
    }
}
