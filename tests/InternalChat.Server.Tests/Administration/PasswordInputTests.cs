using System.IO.Pipelines;
using System.Text;
using InternalChat.Server.Administration.Users;
using InternalChat.Server.Settings.Parsing;
using InternalChat.TestKit;

namespace InternalChat.Server.Tests.Administration;

/// <summary>"A password … is the first line of the standard input."</summary>
public sealed class PasswordInputTests
{
    [Theory]
    [InlineData("a-good-password")]
    [InlineData("a-good-password\n")]
    [InlineData("a-good-password\r\n")]
    [InlineData("a-good-password\nand more\n")]
    public void The_line_is_taken_without_its_end(string input) =>
        Assert.Equal("a-good-password", PasswordInput.ReadLine(new MemoryStream(Encoding.UTF8.GetBytes(input))));

    [Theory]
    [InlineData("\uFEFFa-good-password")]
    [InlineData("a-good-password\u00A0")]
    [InlineData("a-good-password\r")]
    public void Nothing_else_is_taken_away(string line) =>
        Assert.Equal(line, PasswordInput.ReadLine(new MemoryStream(Encoding.UTF8.GetBytes(line + "\r\n"))));

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("\r\n")]
    public void An_empty_line_is_no_password(string input) =>
        Assert.Throws<SettingException>(() => PasswordInput.ReadLine(new MemoryStream(Encoding.UTF8.GetBytes(input))));

    [Theory]
    [InlineData("iso-8859-1")]
    [InlineData("utf-16")]
    public void Another_encoding_is_named(string encoding)
    {
        var other = Encoding.GetEncoding(encoding);
        byte[] bytes = [.. other.Preamble, .. other.GetBytes("a-good-paßword\n")];
        var refusal = Assert.Throws<SettingException>(() => PasswordInput.ReadLine(new MemoryStream(bytes)));
        Assert.Contains("UTF-8", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pipe_that_stays_open_is_not_waited_for()
    {
        var pipe = new Pipe();
        var reading = Task.Run(() => PasswordInput.ReadLine(pipe.Reader.AsStream()), TestContext.Current.CancellationToken);
        await pipe.Writer.WriteAsync("a-good-"u8.ToArray(), TestContext.Current.CancellationToken);
        await pipe.Writer.WriteAsync("password\n"u8.ToArray(), TestContext.Current.CancellationToken);
        Assert.Equal(
            "a-good-password", await reading.WaitAsync(Patience.Limit, TestContext.Current.CancellationToken));
    }
}
