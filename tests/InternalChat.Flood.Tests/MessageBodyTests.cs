using System.Text;
using InternalChat.Flood.Measurement;
using Xunit;

namespace InternalChat.Flood.Tests;

public sealed class MessageBodyTests
{
    private static readonly BodyHeader Header = new(0xfeedbeef, 17, 1_234_567_890_123, long.MaxValue - 1, 12_345);

    [Theory]
    [InlineData(MessageBody.MinBytes)]
    [InlineData(100)]
    [InlineData(4_096)]
    public void Says_what_was_written(int length)
    {
        Assert.True(MessageBody.TryRead(Body(length), out var read));
        Assert.Equal(Header, read);
    }

    [Fact]
    public void Is_printable_text_without_a_space() =>
        Assert.All(Encoding.UTF8.GetString(Body(200)), character => Assert.True(char.IsAsciiLetterOrDigit(character)));

    [Fact]
    public void Notices_every_byte_that_was_changed()
    {
        var body = Body(100);
        for (var i = 0; i < body.Length; i++)
        {
            body[i] ^= 1;
            Assert.False(MessageBody.TryRead(body, out _), $"byte {i}");
            body[i] ^= 1;
        }
    }

    [Fact]
    public void Notices_every_length_that_was_cut()
    {
        var body = Body(100);
        for (var length = 0; length < body.Length; length++)
            Assert.False(MessageBody.TryRead(body.AsSpan(0, length), out _), $"length {length}");
    }

    private static byte[] Body(int length)
    {
        var body = new byte[length];
        MessageBody.WriteFiller(body);
        MessageBody.Write(body, Header);
        return body;
    }
}
