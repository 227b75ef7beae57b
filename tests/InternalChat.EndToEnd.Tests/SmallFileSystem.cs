using InternalChat.TestKit;
using InternalChat.TestKit.Processes;

namespace InternalChat.EndToEnd.Tests;

/// <summary>A file system in memory that is small enough to fill, with a ballast file to fill it.</summary>
internal sealed class SmallFileSystem : IAsyncDisposable
{
    private readonly TemporaryFolder _folder;

    private SmallFileSystem(TemporaryFolder folder) => _folder = folder;

    public string Path => _folder.Path;

    private string Ballast => _folder.File("ballast");

    /// <summary>Skips the test where this user may not mount.</summary>
    public static async Task<SmallFileSystem> MountAsync(int megabytes)
    {
        var folder = new TemporaryFolder();
        ProgramRun mount;
        try
        {
            mount = await ProgramRun.ToEndAsync("mount", "-t", "tmpfs", "-o", $"size={megabytes}m", "tmpfs", folder.Path);
        }
        catch (System.ComponentModel.Win32Exception missing)
        {
            folder.Dispose();
            Assert.Skip($"There is no mount program here: {missing.Message}");
            throw;
        }

        if (mount.ExitCode == 0)
            return new SmallFileSystem(folder);
        folder.Dispose();
        Assert.Skip($"Mounting is not permitted here: {mount.StandardError.Trim()}");
        throw new InvalidOperationException(mount.ToString());
    }

    /// <summary>Leaves not one byte free.</summary>
    public void Fill()
    {
        using var ballast = new FileStream(Ballast, FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
        for (var size = 1 << 20; size > 0; size /= 2)
        {
            var block = new byte[size];
            try
            {
                while (true)
                    ballast.Write(block);
            }
            catch (IOException)
            {
                // No room for a block of this size; a smaller one may still fit.
            }
        }
    }

    /// <summary>As the kernel does with a disk that has failed.</summary>
    public async Task MakeReadOnlyAsync()
    {
        var mount = await ProgramRun.ToEndAsync("mount", "-o", "remount,ro", _folder.Path);
        if (mount.ExitCode != 0)
            throw new InvalidOperationException(mount.ToString());
    }

    public void MakeRoom() => File.Delete(Ballast);

    public async ValueTask DisposeAsync()
    {
        var unmount = await ProgramRun.ToEndAsync("umount", _folder.Path);
        if (unmount.ExitCode != 0)
            throw new InvalidOperationException(unmount.ToString());
        _folder.Dispose();
    }
}
