using System.Text;
using System.Text.Json;

namespace InternalChat.Storage.Sqlite.Tests.Maintenance;

public sealed class ExportTests : IDisposable
{
    private readonly TemporaryDatabase _chat = new();

    public void Dispose() => _chat.Dispose();

    [Fact]
    public void Everything_about_a_person_is_in_it_and_nothing_about_others()
    {
        var (alice, bob, carol) = (_chat.Register("alice")[0], _chat.Register("bob")[0], _chat.Register("carol")[0]);
        var sent = _chat.Say(alice, bob, "a question")[0];
        var received = _chat.Say(bob, alice, "an answer")[0];
        _chat.Say(bob, carol, "between others");
        _chat.Writer.MarkRead(sent, bob, 1_700_000_099, out _);
        _chat.Writer.Block(alice, carol, 1_700_000_050);
        _chat.Writer.Block(bob, alice, 1_700_000_060);
        _chat.Commit();

        using var export = Export("alice")!;
        using var expected = JsonDocument.Parse($$"""
            {
              "exported_at": 1700000100,
              "account": { "username": "alice", "created_at": 1700000000, "status": "active" },
              "contacts": [ { "username": "bob" } ],
              "blocks": [ { "username": "carol", "created_at": 1700000050 } ],
              "messages": [
                {
                  "id": {{sent}}, "direction": "sent", "peer": "bob",
                  "created_at": 1700000000, "read_at": 1700000099, "body": "a question"
                },
                {
                  "id": {{received}}, "direction": "received", "peer": "bob",
                  "created_at": 1700000000, "read_at": null, "body": "an answer"
                }
              ]
            }
            """);
        Assert.True(JsonElement.DeepEquals(expected.RootElement, export.RootElement), export.RootElement.GetRawText());
    }

    [Theory]
    [InlineData("  \"quoted\" ümlaut \\ 🙂 ")]
    [InlineData("tab\tand\u0001")]
    public void A_body_comes_out_as_it_was_sent(string body)
    {
        var people = _chat.Register("alice", "bob");
        _chat.Say(people[0], people[1], body);
        using var export = Export("bob")!;
        Assert.Equal(body, export.RootElement.GetProperty("messages")[0].GetProperty("body").GetString());
    }

    [Fact]
    public void Every_message_of_a_long_log_is_in_it_in_the_order_of_ids_whatever_state_the_chains_are_in()
    {
        var people = _chat.Register("alice", "bob", "carol");
        var expected = new List<long>();
        for (var i = 0; i < 5_000; i++)
        {
            var (from, to) = (people[i % 3], people[(i + 1 + (i / 3 % 2)) % 3]);
            var id = _chat.Append(from, to, "x"u8, 0);
            if (from == people[0] || to == people[0])
                expected.Add(id);
        }

        _chat.Commit();
        using var export = Export("alice")!;
        Assert.Equal(
            expected,
            export.RootElement.GetProperty("messages").EnumerateArray().Select(message => message.GetProperty("id").GetInt64()));
    }

    [Fact]
    public void Nobody_elses_erased_messages_are_in_it()
    {
        var people = _chat.Register("alice", "bob");
        _chat.Say(people[1], people[0], "to be erased");
        _chat.Writer.BeginErasure(people[1]);
        _chat.Commit();
        _chat.FinishErasure(people[1]);
        using var export = Export("alice")!;
        Assert.Empty(export.RootElement.GetProperty("messages").EnumerateArray());
        Assert.Empty(export.RootElement.GetProperty("contacts").EnumerateArray());
    }

    [Fact]
    public void An_unknown_name_has_no_export() => Assert.Null(Export("nobody"));

    [Fact]
    public void A_hash_is_in_no_export()
    {
        _chat.Register("alice");
        using var export = Export("alice")!;
        Assert.DoesNotContain("hash", export.RootElement.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_of_the_original_that_are_no_text_are_replaced()
    {
        var people = _chat.Register("alice", "bob");
        _chat.Append(people[0], people[1], [(byte)'a', 0xFF, (byte)'b'], 0);
        _chat.Commit();
        using var export = Export("alice")!;
        Assert.Equal("a\uFFFDb", export.RootElement.GetProperty("messages")[0].GetProperty("body").GetString());
    }

    [Fact]
    public void It_can_be_ended_in_the_middle()
    {
        var people = _chat.Register("alice", "bob");
        _chat.Say(people[0], people[1], "x");
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.Throws<OperationCanceledException>(
            () => _chat.Database.ExportAccount("alice", Stream.Null, exportedAt: 0, cancelled.Token));
    }

    [Fact]
    public void Its_memory_does_not_grow_with_the_log()
    {
        var people = _chat.Register("alice", "bob");
        var body = Encoding.UTF8.GetBytes(new string('x', 1_000));
        for (var i = 0; i < 20_000; i++)
            _chat.Append(people[i & 1], people[1 - (i & 1)], body, 0);
        _chat.Commit();
        _chat.Database.ExportAccount("alice", Stream.Null, 0, TestContext.Current.CancellationToken);
        var before = GC.GetAllocatedBytesForCurrentThread();
        _chat.Database.ExportAccount("alice", Stream.Null, 0, TestContext.Current.CancellationToken);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 << 20);
    }

    private JsonDocument? Export(string name)
    {
        using var output = new MemoryStream();
        if (!_chat.Database.ExportAccount(name, output, exportedAt: 1_700_000_100, TestContext.Current.CancellationToken))
        {
            Assert.Equal(0, output.Length);
            return null;
        }

        output.Position = 0;
        return JsonDocument.Parse(output);
    }
}
