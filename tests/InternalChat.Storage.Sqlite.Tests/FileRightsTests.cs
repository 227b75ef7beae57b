using System.Runtime.Versioning;
using InternalChat.Storage.Sqlite.FileSystem;
using InternalChat.TestKit;
using InternalChat.TestKit.Processes;

namespace InternalChat.Storage.Sqlite.Tests;

[UnsupportedOSPlatform("windows")]
public sealed class FileRightsTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly TemporaryDatabase _chat = new(open: false);

    public FileRightsTests() => Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no file modes on Windows.");

    public void Dispose() => _chat.Dispose();

    [Fact]
    public void A_new_database_its_folder_and_what_lies_beside_it_are_for_their_owner_alone()
    {
        var folder = Path.Combine(_chat.Folder, "made", "for it");
        _chat.Options = _chat.Options with { Path = Path.Combine(folder, "chat.db") };
        _chat.Open();
        _chat.Say(1, 2, "x");
        Assert.Equal(OwnerOnly | UnixFileMode.UserExecute, File.GetUnixFileMode(folder));
        Assert.Equal(
            ["chat.db", "chat.db-shm", "chat.db-wal", "chat.db.lock"],
            Directory.GetFiles(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.All(Directory.GetFiles(folder), file => Assert.Equal(OwnerOnly, File.GetUnixFileMode(file)));
    }

    [Fact]
    public void A_folder_that_was_there_keeps_its_mode()
    {
        var mode = OwnerOnly | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute;
        File.SetUnixFileMode(_chat.Folder, mode);
        _chat.Open();
        Assert.Equal(mode, File.GetUnixFileMode(_chat.Folder));
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead, "640")]
    [InlineData(UnixFileMode.OtherRead, "604")]
    public void The_operator_is_told_of_a_database_that_others_may_read_and_its_mode_stays(UnixFileMode others, string mode)
    {
        _chat.Open();
        _chat.Close();
        File.SetUnixFileMode(_chat.File, OwnerOnly | others);
        _chat.Open();
        var line = Assert.Single(_chat.Logger.Lines, line => line.Contains("read by others", StringComparison.Ordinal));
        Assert.Contains($"(mode {mode})", line, StringComparison.Ordinal);
        Assert.Equal(OwnerOnly | others, File.GetUnixFileMode(_chat.File));
    }

    [Fact]
    public void Of_a_database_for_its_owner_alone_nothing_is_said()
    {
        _chat.Open();
        _chat.Reopen();
        Assert.DoesNotContain(_chat.Logger.Lines, line => line.Contains("read by others", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("-wal")]
    [InlineData("-journal")]
    [InlineData("-shm")]
    [InlineData(".lock")]
    public async Task A_pipe_under_a_name_of_the_database_s_is_refused_and_not_waited_for(string end)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Elsewhere nobody looks.");
        _chat.Open();
        _chat.Close();
        File.Delete(_chat.File + end);
        Assert.Equal(0, (await ProgramRun.ToEndAsync("mkfifo", _chat.File + end)).ExitCode);
        var refusal = await Task.Run(() => Assert.Throws<DatabaseException>(_chat.Open), TestContext.Current.CancellationToken)
            .WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);
        Assert.Contains($"{_chat.File}{end} is a named pipe", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_lock_file_that_is_another_file_too_is_left_as_it_is(bool isSymbolic)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Elsewhere nobody looks.");
        var precious = Path.Combine(_chat.Folder, "precious");
        await File.WriteAllTextAsync(precious, "precious", TestContext.Current.CancellationToken);
        if (isSymbolic)
            File.CreateSymbolicLink(_chat.File + ".lock", precious);
        else
            Assert.Equal(0, (await ProgramRun.ToEndAsync("ln", precious, _chat.File + ".lock")).ExitCode);
        Assert.Contains(".lock", Assert.Throws<DatabaseException>(_chat.Open).Message, StringComparison.Ordinal);
        Assert.Equal("precious", await File.ReadAllTextAsync(precious, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void What_an_upgrade_keeps_is_for_its_owner_alone_also_where_the_old_file_was_not()
    {
        using (var legacy = new LegacyFile(_chat.File))
            legacy.Message(1, "alice", "bob", "x", 1);
        File.SetUnixFileMode(_chat.File, OwnerOnly | UnixFileMode.GroupRead);
        _chat.Open();
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(Assert.Single(Directory.GetFiles(_chat.Folder, "*.bak"))));
    }
}
