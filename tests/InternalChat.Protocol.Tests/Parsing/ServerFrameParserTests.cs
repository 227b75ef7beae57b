using System.Text;
using InternalChat.Protocol.Framing;
using InternalChat.Protocol.Parsing;
using Xunit;

namespace InternalChat.Protocol.Tests.Parsing;

public sealed class ServerFrameParserTests
{
    [Theory]
    [InlineData("OK queued 7", ServerFrameKind.OkQueued, 7, "queued 7")]
    [InlineData("OK read 7", ServerFrameKind.OkRead, 7, "read 7")]
    [InlineData("DELIVERED 9223372036854775807", ServerFrameKind.Delivered, long.MaxValue)]
    [InlineData("INFO history_count 0", ServerFrameKind.HistoryCount, 0)]
    [InlineData("INFO history_count 200", ServerFrameKind.HistoryCount, 200)]
    [InlineData("PONG", ServerFrameKind.Pong, 0, "PONG")]
    [InlineData("INFO online: alice, bob", ServerFrameKind.Online, 0, "alice, bob")]
    [InlineData("INFO known: alice", ServerFrameKind.Known, 0, "alice")]
    [InlineData("INFO online: ", ServerFrameKind.Online)]
    [InlineData("INFO known: ", ServerFrameKind.Known)]
    [InlineData("INFO server_shutdown", ServerFrameKind.ServerShutdown, 0, "server_shutdown")]
    [InlineData("INFO notice  back at 12, maybe", ServerFrameKind.Notice, 0, " back at 12, maybe")]
    public void Understands_frames_of_one_number_or_text(string line, ServerFrameKind kind, long id = 0, string text = "") =>
        AssertEverySegmentation(line, new ParsedServerFrame(kind, id, Text: text));

    [Theory]
    [InlineData("READ 7 bob", ServerFrameKind.Read, 7, "bob")]
    [InlineData("INFO user_online bob", ServerFrameKind.UserOnline, 0, "bob")]
    [InlineData("INFO user_offline b.o-b_9", ServerFrameKind.UserOffline, 0, "b.o-b_9")]
    public void Understands_frames_that_name_a_user(string line, ServerFrameKind kind, long id, string name) =>
        AssertEverySegmentation(line, new ParsedServerFrame(kind, id, name));

    [Theory]
    [InlineData("hi")]
    [InlineData("  spaces before, in  between and after  ")]
    [InlineData(" ")]
    [InlineData("ä€😀")]
    [InlineData("a\rb")]
    public void Keeps_a_body_byte_for_byte(string body)
    {
        var text = Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(body));
        AssertEverySegmentation(
            $"FROM 7 bob 1700000000 {body}", new ParsedServerFrame(ServerFrameKind.From, 7, "bob", 1_700_000_000, text));
        AssertEverySegmentation(
            $"INFO history 7 bob 1700000000 {body}", new ParsedServerFrame(ServerFrameKind.History, 7, "bob", 1_700_000_000, text));
    }

    [Theory]
    [InlineData("ERROR RATE_LIMIT too many messages", ErrorCode.RateLimit, "too many messages")]
    [InlineData("ERROR BAD_REQUEST line too long", ErrorCode.BadRequest, "line too long")]
    [InlineData("ERROR STORAGE", ErrorCode.Storage, "")]
    [InlineData("ERROR OF_A_LATER_VERSION and its reason", ErrorCode.Unknown, "and its reason")]
    [InlineData("ERROR rate_limit lower case is another code", ErrorCode.Unknown, "lower case is another code")]
    [InlineData("ERROR", ErrorCode.Unknown, "")]
    public void Understands_errors_also_of_later_versions(string line, ErrorCode code, string reason) =>
        AssertEverySegmentation(line, new ParsedServerFrame(ServerFrameKind.Error, Text: reason, Error: code));

    [Theory]
    [InlineData("hello")]
    [InlineData("registered")]
    [InlineData("authenticated")]
    [InlineData("blocked bob")]
    [InlineData("unblocked bob")]
    [InlineData("bye")]
    [InlineData("")]
    [InlineData("queued")]
    [InlineData("queued seven")]
    [InlineData("queued 7 8")]
    [InlineData("read -7")]
    [InlineData("something new")]
    public void Gives_any_other_ok_as_its_message(string message) =>
        AssertEverySegmentation($"OK {message}", new ParsedServerFrame(ServerFrameKind.Ok, Text: message));

    [Theory]
    [InlineData("")]
    [InlineData("something new")]
    [InlineData("server_shutdown soon")]
    [InlineData("history_count")]
    [InlineData("history_count many")]
    [InlineData("history 7")]
    [InlineData("history seven bob 1700000000 hi")]
    [InlineData("history 7  1700000000 hi")]
    [InlineData("history 7 bob now hi")]
    [InlineData("user_online")]
    [InlineData("user_online ")]
    [InlineData("user_online bob away")]
    [InlineData("user_offline")]
    [InlineData("user_offline bob 7")]
    public void Gives_any_other_info_as_its_message(string message) =>
        AssertEverySegmentation($"INFO {message}", new ParsedServerFrame(ServerFrameKind.Info, Text: message));

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("PONG ")]
    [InlineData("pong")]
    [InlineData("from 7 bob 1700000000 hi")]
    [InlineData("FROM")]
    [InlineData("FROM 7")]
    [InlineData("FROM 7 bob")]
    [InlineData("FROM 7 bob ")]
    [InlineData("FROM seven bob 1700000000 hi")]
    [InlineData("FROM -7 bob 1700000000 hi")]
    [InlineData("FROM 7  1700000000 hi")]
    [InlineData("FROM 7 bob now hi")]
    [InlineData("DELIVERED")]
    [InlineData("DELIVERED seven")]
    [InlineData("DELIVERED 7 8")]
    [InlineData("READ")]
    [InlineData("READ 7")]
    [InlineData("READ 7 ")]
    [InlineData("READ seven bob")]
    [InlineData("READ 7 bob 8")]
    [InlineData("TYPING bob")]
    public void Gives_a_line_that_it_does_not_know_whole(string line) =>
        AssertEverySegmentation(line, new ParsedServerFrame(ServerFrameKind.Unknown, Text: line));

    private static void AssertEverySegmentation(string line, ParsedServerFrame expected)
    {
        foreach (var sequence in Segmentation.Every(Encoding.UTF8.GetBytes(line + "\nPONG\n")))
        {
            var reader = new LineReader(sequence, WireLimits.MaxServerLineBytes);
            Assert.Equal(LineStatus.Line, reader.TryRead(out var read));
            Assert.Equal(expected, ParsedServerFrame.Of(read));
            Assert.Equal(LineStatus.Line, reader.TryRead(out read));
            Assert.Equal(ServerFrameKind.Pong, ParsedServerFrame.Of(read).Kind);
            reader.Dispose();
        }
    }
}
