using InternalChat.Storage.Sqlite.FileSystem;
using InternalChat.Storage.Sqlite.Maintenance;

namespace InternalChat.Storage.Sqlite.Tests.Maintenance;

/// <summary>Backups that take turns, and what is known of the last one. No clock has a say in which of them go.</summary>
public sealed class BackupFolderTests : IDisposable
{
    private readonly TemporaryDatabase _chat = new();
    private readonly string _folder;

    public BackupFolderTests()
    {
        _folder = Path.Combine(_chat.Folder, "backups");
        Directory.CreateDirectory(_folder);
        var people = _chat.Register("alice", "bob");
        _chat.Say(people[0], people[1], "hello");
    }

    public void Dispose() => _chat.Dispose();

    [Fact]
    public void The_newest_are_kept_and_the_new_one_is_whole()
    {
        for (var day = 0; day < 5; day++)
        {
            _chat.Time.Advance(TimeSpan.FromDays(1));
            Backup(keep: 3);
        }

        Assert.Equal(
            ["chat-000003-20000104T000000Z.db", "chat-000004-20000105T000000Z.db", "chat-000005-20000106T000000Z.db"], Files());
        var newest = Path.Combine(_folder, Files()[^1]);
        Assert.Equal(0, DatabaseCheck.Run(newest, Assert.Fail, cancellation: TestContext.Current.CancellationToken).Findings);
    }

    [Theory]
    [InlineData(4_000)]
    [InlineData(-4_000)]
    [InlineData(0)]
    public void A_clock_that_jumps_or_stands_still_removes_none_that_is_newer(int days)
    {
        Backup(keep: 3);
        Backup(keep: 3);
        _chat.Time.Ahead = TimeSpan.FromDays(days);
        Backup(keep: 3);
        Assert.Equal([1, 2, 3], Numbers());
        _chat.Time.Ahead = TimeSpan.Zero;
        Backup(keep: 3);
        Assert.Equal([2, 3, 4], Numbers());
    }

    [Fact]
    public void What_it_did_not_make_stays()
    {
        string[] others =
        [
            "chat.db", "chat-2026-11-30.db", "chat-000000-by-hand.db", "chat-1.db", "other-000001-20000101T000000Z.db",
            "chat-000001-20000101T000000Z.db.gz", "letter.txt",
        ];
        foreach (var other in others)
            File.WriteAllText(Path.Combine(_folder, other), "kept");
        for (var backup = 0; backup < 3; backup++)
            Backup(keep: 1);
        Assert.Equal([.. others.Append("chat-000003-20000101T000000Z.db").Order(StringComparer.Ordinal)], Files());
    }

    [Fact]
    public void A_backup_that_fails_removes_none()
    {
        Backup(keep: 1);
        _chat.Close();
        _chat.Do("UPDATE state SET heads_through = 4711");
        Assert.Throws<DatabaseException>(() => Backup(keep: 1));
        Assert.Equal([1], Numbers());
    }

    [Fact]
    public void What_a_killed_backup_left_is_replaced_and_does_not_add_up()
    {
        File.WriteAllText(Path.Combine(_folder, "chat-new.db.partial"), "half of one");
        File.WriteAllText(Path.Combine(_folder, "chat-new.db"), "without its name");
        Backup(keep: 2);
        Assert.Equal(["chat-000001-20000101T000000Z.db"], Files());
    }

    [Fact]
    public void The_age_is_that_of_the_last_backup_and_missing_where_there_was_none()
    {
        var age = new BackupAge(_chat.File, _chat.Time);
        Assert.Null(age.Look());
        LastBackup.Note(_chat.File, "first.db", _chat.Time);
        _chat.Time.Advance(TimeSpan.FromHours(5));
        Assert.Equal(TimeSpan.FromHours(5), age.Look());
        Assert.Equal(TimeSpan.FromHours(5), new BackupAge(_chat.File, _chat.Time).Look());
        LastBackup.Note(_chat.File, "second.db", _chat.Time);
        Assert.Equal(TimeSpan.Zero, age.Look());
    }

    [Fact]
    public void A_clock_that_goes_back_makes_no_backup_young_again()
    {
        _chat.Time.Ahead = TimeSpan.FromDays(400);
        LastBackup.Note(_chat.File, "first.db", _chat.Time);
        var age = new BackupAge(_chat.File, _chat.Time);
        Assert.Equal(TimeSpan.Zero, age.Look());
        _chat.Time.Ahead = TimeSpan.Zero;
        _chat.Time.Advance(TimeSpan.FromHours(30));
        Assert.Equal(TimeSpan.FromHours(30), age.Look());
    }

    [Fact]
    public void A_note_that_is_no_note_is_none()
    {
        File.WriteAllText(_chat.File + ".last-backup", "yesterday");
        Assert.Null(new BackupAge(_chat.File, _chat.Time).Look());
    }

    private void Backup(int keep) => BackupFolder.Write(
        _chat.File, _folder, keep, lowDiskBytes: 1, _chat.Time, TestContext.Current.CancellationToken);

    private string[] Files() => [.. Directory.GetFiles(_folder).Select(Path.GetFileName).Order(StringComparer.Ordinal)!];

    private int[] Numbers() => [.. Files().Select(static file => int.Parse(file.Split('-')[1], null))];
}
