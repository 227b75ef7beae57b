namespace InternalChat.Storage.Sqlite.Tests;

/// <summary>Whether both have written to the other, whatever has become of the messages and whichever version stored them.</summary>
public sealed class ConversationWritersTests : IDisposable
{
    private readonly TemporaryDatabase _chat = new();

    public void Dispose() => _chat.Dispose();

    [Fact]
    public void Both_have_written_from_the_first_committed_answer_on()
    {
        var reader = _chat.Reader();
        Assert.False(reader.HaveBothWritten(1, 2));
        _chat.Say(1, 2, "one", "two");
        _chat.Say(2, 3, "to another");
        Assert.False(reader.HaveBothWritten(1, 2));
        _chat.Append(2, 1, "not yet committed"u8, createdAt: 1);
        Assert.False(reader.HaveBothWritten(1, 2));
        _chat.Writer.Rollback();
        _chat.Say(1, 2, "and what was rolled back is not committed with the next");
        Assert.False(reader.HaveBothWritten(1, 2));
        _chat.Say(2, 1, "an answer");
        Assert.True(reader.HaveBothWritten(1, 2));
        Assert.True(reader.HaveBothWritten(2, 1));
        Assert.False(reader.HaveBothWritten(3, 2));
    }

    [Fact]
    public void It_is_known_after_a_restart_and_after_a_crash_that_lost_what_was_to_be_written()
    {
        _chat.Say(1, 2, "one");
        _chat.Say(1, 3, "never answered");
        _chat.Reopen();
        Assert.False(_chat.Reader().HaveBothWritten(1, 2));
        _chat.Say(2, 1, "the answer is in the log only");
        _chat.Say(4, 1, "so are");
        _chat.Say(1, 4, "these");
        using var crashed = _chat.Crash();
        AssertAnswers(crashed);
        crashed.Say(3, 4, "a cycle of writing");
        crashed.Reopen();
        AssertAnswers(crashed);

        // It is in the table, and not only found in the messages again.
        crashed.Close();
        crashed.Do("DELETE FROM messages");
        crashed.Open();
        AssertAnswers(crashed);

        static void AssertAnswers(TemporaryDatabase chat)
        {
            Assert.True(chat.Reader().HaveBothWritten(1, 2));
            Assert.True(chat.Reader().HaveBothWritten(1, 4));
            Assert.False(chat.Reader().HaveBothWritten(1, 3));
        }
    }

    [Fact]
    public void Messages_that_retention_has_removed_count()
    {
        _chat.Say(1, 2, "long ago");
        _chat.Say(2, 1, "long ago too");
        _chat.Do("DELETE FROM messages");
        _chat.Reopen();
        Assert.True(_chat.Reader().HaveBothWritten(1, 2));
    }

    [Fact]
    public void Of_a_conversation_of_the_original_server_its_messages_tell()
    {
        _chat.Say(2, 1, "the only one of its kind");
        _chat.Say(1, 2, createdAt: 1, count: 600);
        _chat.Say(1, 3, createdAt: 1, count: 600);
        _chat.Say(4, 1, "gone");
        var last = _chat.Say(1, 4, "kept");
        Forget();
        _chat.Do($"UPDATE messages SET previous_in_conversation = 0 WHERE id = {last[0]}");
        _chat.Reopen();

        var reader = _chat.Reader();
        Assert.True(reader.HaveBothWritten(1, 2));
        Assert.False(reader.HaveBothWritten(1, 3));
        Assert.False(reader.HaveBothWritten(1, 4));
        _chat.Say(3, 1, "an answer to what the original server stored");
        _chat.Say(4, 1, "another");
        Assert.True(reader.HaveBothWritten(1, 3));
        Assert.True(reader.HaveBothWritten(1, 4));
        _chat.Reopen();
        Assert.True(_chat.Reader().HaveBothWritten(1, 3));
    }

    /// <summary>Leaves the file as an upgrade of the original server's makes it, which notes no writers.</summary>
    private void Forget()
    {
        _chat.Close();
        _chat.Do("UPDATE conversations SET writers = 0");
    }
}
