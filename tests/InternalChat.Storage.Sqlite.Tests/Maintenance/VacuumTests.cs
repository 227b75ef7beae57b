using InternalChat.Storage.Sqlite.FileSystem;
using InternalChat.Storage.Sqlite.Maintenance;

namespace InternalChat.Storage.Sqlite.Tests.Maintenance;

public sealed class VacuumTests : IDisposable
{
    private readonly TemporaryDatabase _chat = new();

    public void Dispose() => _chat.Dispose();

    [Fact]
    public void What_was_removed_takes_no_room_any_more_and_the_rest_is_as_it_was()
    {
        var people = _chat.Register("alice", "bob", "carol");
        var kept = new List<long>();
        for (var i = 0; i < 3_000; i++)
        {
            var id = _chat.Append(people[i % 3], people[(i + 1) % 3], new byte[500], 0);
            if (i % 3 == 0)
                kept.Add(id);
        }

        _chat.Commit();
        _chat.Writer.BeginErasure(people[2]);
        _chat.Commit();
        _chat.FinishErasure(people[2]);
        _chat.Close();

        var result = DatabaseVacuum.Run(_chat.File);
        Assert.Equal(new FileInfo(_chat.File).Length, result.BytesAfter);
        Assert.InRange(result.BytesAfter, 1, result.BytesBefore / 2);
        Assert.Equal(["chat.db", "chat.db.lock"], Directory.GetFiles(_chat.Folder).Select(Path.GetFileName).Order());
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_chat.File));
        Assert.Equal(0, DatabaseCheck.Run(_chat.File, _ => { }, cancellation: TestContext.Current.CancellationToken).Findings);

        _chat.Open();
        var sink = new CollectingSink();
        _chat.Reader().ReadMessages(_chat.Pending(people[1]), sink);
        Assert.Equal(kept, sink.Messages.Select(message => message.Id));
        Assert.Equal([3_001], _chat.Say(people[0], people[1], "next"));
    }

    [Fact]
    public void What_a_killed_server_left_in_the_wal_is_in_the_new_file()
    {
        _chat.Register("alice");
        using var crashed = _chat.Crash(open: false);
        DatabaseVacuum.Run(crashed.File);
        crashed.Open();
        Assert.NotNull(crashed.Reader().FindAccount("alice"));
    }

    [Fact]
    public void A_database_that_a_server_has_is_refused_with_its_process_id()
    {
        var failure = Assert.Throws<DatabaseException>(() => DatabaseVacuum.Run(_chat.File));
        Assert.Contains($"in use by the server with process id {Environment.ProcessId}", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_database_is_left_as_it_was()
    {
        _chat.Close();
        _chat.Do("INSERT INTO receipts VALUES (4000, 0)");
        var before = FileBytes.HashOf(_chat.File);
        var failure = Assert.Throws<DatabaseException>(() => DatabaseVacuum.Run(_chat.File));
        Assert.Contains("message 4000 was read", failure.Message, StringComparison.Ordinal);
        Assert.Equal(before, FileBytes.HashOf(_chat.File));
        Assert.Equal(["chat.db", "chat.db.lock"], Directory.GetFiles(_chat.Folder).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void What_is_no_database_is_refused() =>
        Assert.Throws<DatabaseException>(() => DatabaseVacuum.Run(Path.Combine(_chat.Folder, "missing.db")));
}
