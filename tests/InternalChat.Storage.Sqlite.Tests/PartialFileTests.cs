using System.Diagnostics;
using System.Globalization;
using InternalChat.Storage.Sqlite.FileSystem;
using InternalChat.Storage.Sqlite.Maintenance;

namespace InternalChat.Storage.Sqlite.Tests;

/// <summary>Files that get their name when they are whole: by whom, and in the place of what.</summary>
public sealed class PartialFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("partial-tests-").FullName;

    public PartialFileTests() => Assert.SkipUnless(OperatingSystem.IsLinux(), "Files are claimed, and told apart, on Linux only.");

    private string Target => Path.Combine(_folder, "target");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void What_another_is_writing_is_left_alone_until_it_is_done()
    {
        using var first = new PartialFile(Target);
        File.WriteAllText(first.Path, "half");
        var failure = Assert.Throws<IOException>(() => new PartialFile(Target).Dispose());
        Assert.Contains("another process is writing", failure.Message, StringComparison.Ordinal);
        Assert.Equal("half", File.ReadAllText(first.Path));
        first.Publish();
        Assert.Equal("half", File.ReadAllText(Target));
        using var second = new PartialFile(Target);
        second.Publish();
        Assert.Equal("", File.ReadAllText(Target));
    }

    [Fact]
    public void Of_many_who_write_one_file_at_the_same_moment_each_writes_it_whole_or_is_refused()
    {
        const int Writers = 4;
        var published = 0;
        Parallel.For(0, Writers, new ParallelOptions { MaxDegreeOfParallelism = Writers }, writer =>
        {
            for (var round = 0; round < 200; round++)
            {
                try
                {
                    using var file = new PartialFile(Target);
                    File.WriteAllText(file.Path, string.Create(CultureInfo.InvariantCulture, $"whole {writer}"));
                    Assert.Equal(string.Create(CultureInfo.InvariantCulture, $"whole {writer}"), File.ReadAllText(file.Path));
                    file.Publish();
                    Interlocked.Increment(ref published);
                }
                catch (IOException failure) when (failure.Message.Contains("another process is writing", StringComparison.Ordinal))
                {
                    // It may have been done by then.
                }
            }
        });
        Assert.NotEqual(0, published);
        Assert.StartsWith("whole ", File.ReadAllText(Target), StringComparison.Ordinal);
        Assert.Single(Directory.GetFiles(_folder));
    }

    [Theory]
    [InlineData("mkfifo", "a named pipe")]
    [InlineData("mkdir", "a folder")]
    [InlineData("ln -s elsewhere", "a symbolic link")]
    [InlineData("mknod -m 600 {} c 1 3", "a device")]
    public void Only_regular_files_are_replaced(string command, string kind)
    {
        foreach (var name in new[] { Target, PartialFile.PathFor(Target) })
        {
            Make(name, command);
            var failure = Assert.Throws<IOException>(() => new PartialFile(Target).Dispose());
            Assert.Contains($"{name} is {kind}", failure.Message, StringComparison.Ordinal);
            Assert.Equal(kind, FileStatus.Of(name, out _)!.Value.Kind);
            if (Directory.Exists(name))
                Directory.Delete(name);
            else
                File.Delete(name);
        }
    }

    [Fact]
    public void What_took_the_name_meanwhile_is_replaced_only_if_it_is_a_regular_file()
    {
        using var file = new PartialFile(Target);
        Make(Target, "mkfifo");
        Assert.Throws<IOException>(() => file.Publish());
        Assert.Equal("a named pipe", FileStatus.Of(Target, out _)!.Value.Kind);
    }

    [Theory]
    [InlineData("mkfifo", "a named pipe")]
    [InlineData("ln -s elsewhere", "a symbolic link")]
    public void A_backup_that_may_replace_replaces_regular_files_only(string command, string kind)
    {
        using var chat = new TemporaryDatabase();
        Make(Target, command);
        foreach (var replace in new[] { true, false })
        {
            var failure = Assert.Throws<DatabaseException>(
                () => DatabaseBackup.Write(chat.File, Target, replace, cancellation: TestContext.Current.CancellationToken));
            Assert.Contains($"{Target} is {kind}", failure.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_backup_does_not_replace_the_database_of_a_server_that_runs()
    {
        using var chat = new TemporaryDatabase();
        using var other = new TemporaryDatabase();
        var failure = Assert.Throws<DatabaseException>(
            () => DatabaseBackup.Write(chat.File, other.File, cancellation: TestContext.Current.CancellationToken));
        Assert.Contains("another process has in use: a server", failure.Message, StringComparison.Ordinal);
    }

    /// <summary>By a command that gets the name at its end or in the place of braces. Skips the test if that is not permitted.</summary>
    private static void Make(string name, string command)
    {
        var text = command.Contains("{}", StringComparison.Ordinal)
            ? command.Replace("{}", name, StringComparison.Ordinal)
            : $"{command} {name}";
        using var making = Process.Start(new ProcessStartInfo("sh", ["-c", text]) { RedirectStandardError = true })!;
        var error = making.StandardError.ReadToEnd();
        making.WaitForExit();
        Assert.SkipWhen(making.ExitCode != 0, $"'{text}' is not permitted here: {error.Trim()}");
    }
}
