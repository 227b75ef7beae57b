using System.Runtime.InteropServices;
using InternalChat.Storage.Sqlite.FileSystem;
using Microsoft.Win32.SafeHandles;

namespace InternalChat.Storage.Sqlite.Tests;

public sealed class FileClaimTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void A_file_is_free_again_although_a_child_process_that_is_being_started_still_has_the_descriptor()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Files are claimed on Linux only.");
        var claim = FileClaim.TryTake(_path)!;
        using var ofTheChild = new SafeFileHandle(Duplicate(claim.Descriptor), ownsHandle: true);
        Assert.Null(FileClaim.TryTake(_path));
        claim.Dispose();
        using var again = FileClaim.TryTake(_path);
        Assert.NotNull(again);
    }

    /// <summary>As fork does it.</summary>
    [DllImport("libc", EntryPoint = "dup")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Duplicate(int descriptor);
}
