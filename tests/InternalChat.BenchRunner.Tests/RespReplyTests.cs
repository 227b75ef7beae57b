using System.Text;
using InternalChat.BenchRunner.Loads;
using Xunit;

namespace InternalChat.BenchRunner.Tests;

public sealed class RespReplyTests
{
    private const string Entries =
        "*1\r\n*2\r\n$7\r\ninbox:0\r\n*2\r\n*2\r\n$3\r\n1-0\r\n*2\r\n$1\r\nb\r\n$5\r\nfirst\r\n"
        + "*2\r\n$3\r\n1-1\r\n*2\r\n$1\r\nb\r\n$2\r\n\r\n\r\n";

    [Theory]
    [InlineData(Entries, "inbox:0|1-0|b|first|1-1|b|\r\n")]
    [InlineData("$15\r\n1700000000000-0\r\n", "1700000000000-0")]
    [InlineData("+OK\r\n", "OK")]
    [InlineData("*-1\r\n", "")]
    [InlineData("$-1\r\n", "")]
    [InlineData(":12\r\n", "")]
    public void A_reply_is_read_whole_and_not_before_its_last_byte(string reply, string expected)
    {
        var bytes = Encoding.ASCII.GetBytes(reply);
        var strings = new List<Range>();
        for (var length = 0; length < bytes.Length; length++)
            Assert.False(RespReply.TryRead(bytes.AsSpan(0, length), strings, out _));

        Assert.True(RespReply.TryRead([.. bytes, .. "+NEXT"u8], strings, out var consumed));

        Assert.Equal(bytes.Length, consumed);
        Assert.Equal(expected, string.Join('|', strings.Select(range => reply[range])));
    }

    [Fact]
    public void An_error_is_told() => Assert.Contains(
        "NOAUTH", Assert.Throws<BenchException>(() => RespReply.TryRead("-NOAUTH no\r\n"u8, [], out _)).Message);

    [Fact]
    public void A_command_is_an_array_of_strings() =>
        Assert.Equal("*2\r\n$4\r\nPING\r\n$2\r\nhi\r\n", Encoding.ASCII.GetString(RedisConnection.Command("PING", "hi")));
}
