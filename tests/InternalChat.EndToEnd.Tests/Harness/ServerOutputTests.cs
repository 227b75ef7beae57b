using InternalChat.TestKit.Processes;
using InternalChat.TestKit.Sockets;

namespace InternalChat.EndToEnd.Tests.Harness;

/// <summary>The harness must see what tests forget.</summary>
public sealed class ServerOutputTests
{
    [Theory]
    [InlineData("fail: Some.Category[7]")]
    [InlineData("crit: Some.Category[7] out of memory")]
    [InlineData("2026-01-02 03:04:05.678 fail: Some.Category[7] something broke")]
    [InlineData("2026-01-02T03:04:05.678Z crit: Some.Category[7] something broke")]
    [InlineData("[Error] something broke")]
    [InlineData("12:00:00 [Critical] something broke")]
    [InlineData("Unhandled exception. System.InvalidOperationException: no")]
    public void An_error_that_nobody_declared_is_found(string line)
    {
        var output = new ServerOutput();
        output.Add("info: all is well");
        output.Add(line);
        Assert.StartsWith(line, Assert.Single(output.UnexpectedErrors()), StringComparison.Ordinal);
        output.ExpectErrors("something else");
        Assert.Single(output.UnexpectedErrors());
    }

    [Fact]
    public void An_error_that_was_declared_is_forgiven_also_where_its_text_is_on_the_next_line()
    {
        var output = new ServerOutput();
        output.ExpectErrors("disk is full");
        output.Add("fail: Some.Category[7]");
        output.Add("      the disk is full");
        Assert.Empty(output.UnexpectedErrors());
    }

    [Theory]
    [InlineData("info: 3 logins failed: wrong password")]
    [InlineData("warn: a client was told ERROR STORAGE")]
    [InlineData("dbug: fail")]
    public void Other_lines_are_no_errors(string line)
    {
        var output = new ServerOutput();
        output.Add(line);
        Assert.Empty(output.UnexpectedErrors());
    }

    [Fact]
    public void Passwords_and_bodies_are_found()
    {
        var secrets = new SecretLedger();
        secrets.RecordLine("AUTH alice correct-horse-battery");
        secrets.RecordLine("MSG bob meet me at the old mill");
        secrets.RecordLine("PING");
        Assert.Single(secrets.FindIn("login of alice with correct-horse-battery"));
        Assert.Single(secrets.FindIn("stored 'meet me at the old mill'"));
        Assert.Empty(secrets.FindIn("login of alice; stored message 7 for bob; PING"));
    }

    [Fact]
    public async Task The_places_of_the_listening_lines_are_read()
    {
        var output = new ServerOutput();
        output.Add("info: opened the database");
        var listening = output.ListeningAsync(3);
        output.Add("info: InternalChat[1] listening on 127.0.0.1:45678 (plain)");
        output.Add("info: InternalChat[1] listening on [::1]:45679 (TLS)");
        Assert.False(listening.IsCompleted);
        output.Add("info: InternalChat[1] listening on unix:/run/chat.sock (plain)");
        Assert.Equal(["127.0.0.1:45678", "[::1]:45679", "/run/chat.sock"], (await listening).Select(place => place.ToString()));
    }

    [Fact]
    public async Task One_line_may_be_awaited_and_the_whole_is_there_at_the_end_only()
    {
        var output = new ServerOutput();
        output.Add("info: first");
        var (early, late, next) = (output.LineAsync("first"), output.LineAsync("second"), output.NextAsync("first"));
        Assert.Equal("info: first", await early);
        Assert.False(late.IsCompleted || next.IsCompleted);
        output.Add("info: second after the first");
        Assert.Equal("info: second after the first", await late);
        await next;
        Assert.Throws<InvalidOperationException>(() => output.Whole);
        output.End();
        Assert.Equal("info: first\ninfo: second after the first", output.Whole);
    }

    [Fact]
    public void The_lines_between_two_marks_are_found()
    {
        var output = new ServerOutput();
        foreach (var line in new[] { "before", "a mark", "between", "a mark", "after" })
            output.Add(line);
        output.End();
        Assert.Equal(["between"], output.Between("mark"));
    }
}
