using InternalChat.Storage.Contract;

namespace InternalChat.Storage.Sqlite.Tests;

public sealed class BatchContractTests : BatchContract
{
    protected override StoreUnderTest Open() => new SqliteStore();
}

public sealed class ReadingContractTests : ReadingContract
{
    protected override StoreUnderTest Open() => new SqliteStore();
}

public sealed class DeliveryContractTests : DeliveryContract
{
    protected override StoreUnderTest Open() => new SqliteStore();
}

public sealed class AccountContractTests : AccountContract
{
    protected override StoreUnderTest Open() => new SqliteStore();
}

/// <summary>The database with caches so small that most of what is asked comes from the file.</summary>
internal sealed class SqliteStore : StoreUnderTest
{
    private const long EnoughPages = 1_000_000;

    private TemporaryDatabase _chat = new(new DatabaseOptions { Path = "", CleanHeads = 4, RecentMessages = 8, CachedBlockLists = 2 });

    public override IStoreWriter Writer => _chat.Writer;

    public override IStoreReader Reader() => _chat.Reader();

    public override void Restart() => _chat.Reopen();

    public override void Crash()
    {
        var crashed = _chat.Crash();
        _chat.Dispose();
        _chat = crashed;
    }

    public override void Advance(TimeSpan time) => _chat.Time.Advance(time);

    public override bool TryBreak()
    {
        _chat.Database.LimitPages(1);
        return true;
    }

    public override void Repair() => _chat.Database.LimitPages(EnoughPages);

    protected override void Dispose(bool disposing) => _chat.Dispose();
}
