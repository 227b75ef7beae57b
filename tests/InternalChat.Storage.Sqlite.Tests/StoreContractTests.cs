using InternalChat.Storage.Contract;
using InternalChat.Storage.Sqlite.Options;

namespace InternalChat.Storage.Sqlite.Tests;

public sealed class BatchContractTests : BatchContract
{
    protected override StoreUnderTest Open() => new SqliteStore();
}

public sealed class BatchContractWithoutCachesTests : BatchContract
{
    protected override StoreUnderTest Open() => new SqliteStore(remembersLittle: true);
}

public sealed class ReadingContractTests : ReadingContract
{
    protected override StoreUnderTest Open() => new SqliteStore();
}

public sealed class ReadingContractWithoutCachesTests : ReadingContract
{
    protected override StoreUnderTest Open() => new SqliteStore(remembersLittle: true);
}

public sealed class DeliveryContractTests : DeliveryContract
{
    protected override StoreUnderTest Open() => new SqliteStore();
}

public sealed class DeliveryContractWithoutCachesTests : DeliveryContract
{
    protected override StoreUnderTest Open() => new SqliteStore(remembersLittle: true);
}

public sealed class AccountContractTests : AccountContract
{
    protected override StoreUnderTest Open() => new SqliteStore();
}

public sealed class AccountContractWithoutCachesTests : AccountContract
{
    protected override StoreUnderTest Open() => new SqliteStore(remembersLittle: true);
}

/// <summary>The database as a server opens it, or with caches so small that most of what is asked comes from the file.</summary>
internal sealed class SqliteStore : StoreUnderTest
{
    private const long EnoughPages = 1_000_000;

    private static readonly DatabaseOptions Usual = new() { Path = "" };
    private static readonly DatabaseOptions Small =
        Usual with { CleanHeads = 4, RecentMessages = 8, CachedBlockLists = 2, CachedNames = 1 };

    private TemporaryDatabase _chat;

    public SqliteStore(bool remembersLittle = false) => _chat = new TemporaryDatabase(remembersLittle ? Small : Usual);

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
