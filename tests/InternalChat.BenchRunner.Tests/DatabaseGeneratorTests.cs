using InternalChat.BenchRunner.Databases;
using InternalChat.Storage.Sqlite;
using InternalChat.Storage.Sqlite.Options;
using Xunit;

namespace InternalChat.BenchRunner.Tests;

public sealed class DatabaseGeneratorTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_generated_database_has_the_messages_spread_over_the_conversations_and_none_pending()
    {
        var path = Path.Combine(_folder, "chat.db");
        DatabaseGenerator.Generate(path, messages: 5_000, conversations: 200, CancellationToken.None);

        using var database = ChatDatabase.Open(new DatabaseOptions { Path = path });
        Assert.Equal(5_000, database.LastMessageId);
        Assert.NotNull(database.Writer.FindAccount("user-19"));
        Assert.Null(database.Writer.FindAccount("user-20"));
        using var reader = database.CreateReader();
        Assert.All(Enumerable.Range(0, 20), index =>
        {
            var mailbox = database.Writer.GetMailbox(database.Writer.FindAccount($"user-{index}")!.Value.Id);
            Assert.InRange(mailbox.LastMessageId, 1, mailbox.DeliveredThrough);
        });
    }
}
