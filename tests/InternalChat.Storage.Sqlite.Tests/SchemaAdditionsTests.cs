namespace InternalChat.Storage.Sqlite.Tests;

public sealed class SchemaAdditionsTests : IDisposable
{
    private const string Everything =
        "DROP TABLE lineage; DROP TABLE retention; ALTER TABLE conversations DROP COLUMN writers; DROP TABLE known_networks; "
        + "DROP TABLE network_key";

    private static readonly string[] Added =
    [
        "lineage.id", "retention.permitted", "conversations.writers", "known_networks.mark", "network_key.key",
    ];

    private readonly TemporaryDatabase _chat = new();

    public void Dispose() => _chat.Dispose();

    [Theory]
    [InlineData("DROP TABLE lineage")]
    [InlineData("DROP TABLE retention")]
    [InlineData("ALTER TABLE conversations DROP COLUMN writers")]
    [InlineData("DROP TABLE known_networks")]
    [InlineData("DROP TABLE network_key")]
    [InlineData(Everything)]
    public void What_a_file_of_this_version_lacks_is_added_at_the_start_and_nothing_else_changes(string taken)
    {
        var (alice, bob) = (_chat.Register("alice")[0], _chat.Register("bob")[0]);
        _chat.Say(alice, bob, "x", "y");
        _chat.Close();
        _chat.Do(taken);
        _chat.Open();
        Assert.All(Added, column => Assert.True(Has(column), column));
        Assert.Equal([2, 1], _chat.History(alice, bob));
        Assert.NotEmpty(_chat.Reader().ReadNetworkKey());
        Assert.Equal([3], _chat.Say(bob, alice, "z"));
        Assert.True(_chat.Reader().HaveBothWritten(alice, bob));
        _chat.AssertIntegrity();
    }

    [Fact]
    public void A_file_that_lacks_nothing_is_not_written_at_the_start()
    {
        _chat.Say(1, 2, "x");
        var key = _chat.Reader().ReadNetworkKey();
        _chat.Close();
        var before = File.ReadAllBytes(_chat.File);
        _chat.Open();
        Assert.Equal(0, new FileInfo(_chat.File + "-wal").Length);
        Assert.Equal(before, File.ReadAllBytes(_chat.File));
        Assert.Equal(key, _chat.Reader().ReadNetworkKey());
    }

    private bool Has(string column)
    {
        var name = column.Split('.');
        return _chat.Ask<long>($"SELECT count(*) FROM pragma_table_info('{name[0]}') WHERE name = '{name[1]}'") == 1;
    }
}
