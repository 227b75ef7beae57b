using System.Buffers;
using System.Text;
using InternalChat.Protocol.Parsing;
using InternalChat.Protocol.Versions;
using InternalChat.Protocol.Writing;
using Xunit;

namespace InternalChat.Protocol.Tests.Writing;

public sealed class FrameWritingTests
{
    private static readonly UserName Bob = UserName.Parse("bob");
    private static readonly UserName Longest = UserName.Parse(new string('n', WireLimits.MaxUserNameBytes));
    private static readonly byte[] LongestBody = Encoding.UTF8.GetBytes(new string('b', WireLimits.MaxBodyBytes));

    [Fact]
    public void Each_client_frame_is_its_line_of_the_grammar()
    {
        AssertLine("HELLO 1\n", output => ClientFrames.Hello(output, 1));
        AssertLine("AUTH bob pässword\n", output => ClientFrames.Auth(output, "bob"u8, "pässword"u8));
        AssertLine("MSG bob  two  spaces \n", output => ClientFrames.Msg(output, "bob"u8, " two  spaces "u8));
        AssertLine("LIST\n", ClientFrames.List);
        AssertLine("HISTORY bob 20\n", output => ClientFrames.History(output, "bob"u8, 20));
        AssertLine("READ 7\n", output => ClientFrames.Read(output, 7));
        AssertLine("BLOCK bob\n", output => ClientFrames.Block(output, "bob"u8));
        AssertLine("UNBLOCK bob\n", output => ClientFrames.Unblock(output, "bob"u8));
        AssertLine("PING\n", ClientFrames.Ping);
        AssertLine("QUIT\n", ClientFrames.Quit);
    }

    [Fact]
    public void Each_server_frame_is_its_line_of_the_grammar()
    {
        AssertLine("OK hello\n", ServerFrames.OkHello);
        AssertLine("OK registered\n", ServerFrames.OkRegistered);
        AssertLine("OK authenticated\n", ServerFrames.OkAuthenticated);
        AssertLine("OK bye\n", ServerFrames.OkBye);
        AssertLine("OK queued 7\n", output => ServerFrames.OkQueued(output, 7));
        AssertLine("OK read 7\n", output => ServerFrames.OkRead(output, 7));
        AssertLine("OK blocked bob\n", output => ServerFrames.OkBlocked(output, Bob));
        AssertLine("OK unblocked bob\n", output => ServerFrames.OkUnblocked(output, Bob));
        AssertLine("ERROR BAD_REQUEST line too long\n", output => ServerFrames.Error(output, ErrorCode.BadRequest, "line too long"u8));
        AssertLine("ERROR UNKNOWN_TARGET no such user\n", output => ServerFrames.Error(output, ErrorCode.UnknownTarget));
        AssertLine("PONG\n", ServerFrames.Pong);
        AssertLine("FROM 7 bob 1700000000 hi  there \n", output => ServerFrames.From(output, 7, Bob, 1_700_000_000, "hi  there "u8));
        AssertLine("FROM 7 bob 1700000000 hi\n", output => ServerFrames.From(output, 7, "bob"u8, 1_700_000_000, "hi"u8));
        AssertLine("DELIVERED 7\n", output => ServerFrames.Delivered(output, 7));
        AssertLine("READ 7 bob\n", output => ServerFrames.Read(output, 7, Bob));
        AssertLine("INFO history_count 0\n", output => ServerFrames.HistoryCount(output, 0));
        AssertLine("INFO history 7 bob 1700000000 hi\n", output => ServerFrames.History(output, 7, "bob"u8, 1_700_000_000, "hi"u8));
        AssertLine("INFO user_online bob\n", output => ServerFrames.UserOnline(output, Bob));
        AssertLine("INFO user_offline bob\n", output => ServerFrames.UserOffline(output, Bob));
        AssertLine("INFO server_shutdown\n", ServerFrames.ServerShutdown);
        AssertLine("INFO notice back at 12\n", output => ServerFrames.Notice(output, "back at 12"u8));
    }

    [Fact]
    public void Version_1_writes_each_frame_by_its_grammar()
    {
        var wire = WireFormat.Version1;
        Assert.Equal("1"u8, wire.Version);
        AssertLine("OK hello\n", wire.OkHello);
        AssertLine("OK registered\n", wire.OkRegistered);
        AssertLine("OK authenticated\n", wire.OkAuthenticated);
        AssertLine("OK bye\n", wire.OkBye);
        AssertLine("OK queued 7\n", output => wire.OkQueued(output, 7));
        AssertLine("OK read 7\n", output => wire.OkRead(output, 7));
        AssertLine("OK blocked bob\n", output => wire.OkBlocked(output, Bob));
        AssertLine("OK unblocked bob\n", output => wire.OkUnblocked(output, Bob));
        AssertLine("ERROR BAD_REQUEST line too long\n", output => wire.ErrorFrame(output, ErrorCode.BadRequest, "line too long"u8));
        AssertLine("ERROR UNKNOWN_TARGET no such user\n", output => wire.ErrorFrame(output, ErrorCode.UnknownTarget));
        AssertLine("ERROR BAD_REQUEST empty line\n", output => wire.BadRequest(output, ParseError.EmptyLine));
        AssertLine("PONG\n", wire.Pong);
        AssertLine("FROM 7 bob 1700000000 hi  there \n", output => wire.From(output, 7, Bob, 1_700_000_000, "hi  there "u8));
        AssertLine("FROM 7 bob 1700000000 hi\n", output => wire.From(output, 7, "bob"u8, 1_700_000_000, "hi"u8));
        AssertLine("DELIVERED 7\n", output => wire.Delivered(output, 7));
        AssertLine("READ 7 bob\n", output => wire.Read(output, 7, Bob));
        AssertLine("INFO history_count 0\n", output => wire.HistoryCount(output, 0));
        AssertLine("INFO history 7 bob 1700000000 hi\n", output => wire.History(output, 7, "bob"u8, 1_700_000_000, "hi"u8));
        AssertLine("INFO user_online bob\n", output => wire.UserOnline(output, Bob));
        AssertLine("INFO user_offline bob\n", output => wire.UserOffline(output, Bob));
        AssertLine("INFO server_shutdown\n", wire.ServerShutdown);
        AssertLine("INFO notice back at 12\n", output => wire.Notice(output, "back at 12"u8));
    }

    [Fact]
    public void A_message_is_never_longer_than_its_body_and_what_the_format_says()
    {
        var name = Encoding.UTF8.GetBytes(Longest.ToString());
        AssertFits(
            LongestBody.Length + WireFormat.Version1.MaxFromOverhead,
            output => WireFormat.Version1.From(output, long.MinValue, Longest, long.MinValue, LongestBody));
        AssertFits(
            LongestBody.Length + WireFormat.Version1.MaxFromOverhead,
            output => WireFormat.Version1.From(output, long.MinValue, name, long.MinValue, LongestBody));
    }

    [Fact]
    public void The_longest_client_frames_fit_the_room_they_ask_for_and_the_line_limit()
    {
        var name = Encoding.UTF8.GetBytes(Longest.ToString());
        AssertFits(WireLimits.MaxClientLineBytes + 1, output => ClientFrames.Hello(output, int.MinValue));
        AssertFits(WireLimits.MaxClientLineBytes + 1, output => ClientFrames.Auth(output, name, LongestBody));
        AssertFits(WireLimits.MaxClientLineBytes + 1, output => ClientFrames.Msg(output, name, LongestBody));
        AssertFits(WireLimits.MaxClientLineBytes + 1, output => ClientFrames.History(output, name, int.MinValue));
        AssertFits(WireLimits.MaxClientLineBytes + 1, output => ClientFrames.Read(output, long.MinValue));
        AssertFits(WireLimits.MaxClientLineBytes + 1, output => ClientFrames.Unblock(output, name));
    }

    [Fact]
    public void The_longest_server_frames_fit_the_room_they_ask_for_and_the_line_limit()
    {
        var name = Encoding.UTF8.GetBytes(Longest.ToString());
        AssertFits(WireLimits.MaxServerLineBytes, output => ServerFrames.OkQueued(output, long.MinValue));
        AssertFits(WireLimits.MaxServerLineBytes, output => ServerFrames.OkRead(output, long.MinValue));
        AssertFits(WireLimits.MaxServerLineBytes, output => ServerFrames.OkUnblocked(output, Longest));
        AssertFits(WireLimits.MaxServerLineBytes, output => ServerFrames.From(output, long.MinValue, Longest, long.MinValue, LongestBody));
        AssertFits(WireLimits.MaxServerLineBytes, output => ServerFrames.From(output, long.MinValue, name, long.MinValue, LongestBody));
        AssertFits(WireLimits.MaxServerLineBytes, output => ServerFrames.Delivered(output, long.MinValue));
        AssertFits(WireLimits.MaxServerLineBytes, output => ServerFrames.Read(output, long.MinValue, Longest));
        AssertFits(WireLimits.MaxServerLineBytes, output => ServerFrames.HistoryCount(output, int.MinValue));
        AssertFits(WireLimits.MaxServerLineBytes, output => ServerFrames.History(output, long.MinValue, name, long.MinValue, LongestBody));
        AssertFits(WireLimits.MaxServerLineBytes, output => ServerFrames.UserOffline(output, Longest));
        AssertFits(WireLimits.MaxServerLineBytes, output => ServerFrames.Notice(output, LongestBody));
        foreach (var code in Enum.GetValues<ErrorCode>())
            AssertFits(WireLimits.MaxServerLineBytes, output => ServerFrames.Error(output, code));
    }

    [Fact]
    public void A_frame_is_appended_to_what_the_output_holds()
    {
        var output = new ArrayBufferWriter<byte>();
        ServerFrames.OkQueued(output, 7);
        ServerFrames.Delivered(output, 7);
        ServerFrames.Pong(output);
        Assert.Equal("OK queued 7\nDELIVERED 7\nPONG\n"u8, output.WrittenSpan);
    }

    private static void AssertLine(string expected, Action<IBufferWriter<byte>> write)
    {
        var output = new StrictBufferWriter();
        write(output);
        Assert.Equal(expected, output.Text);
        Assert.Equal(1, output.Requests);
    }

    private static void AssertFits(int maxBytes, Action<IBufferWriter<byte>> write)
    {
        var line = StrictBufferWriter.Write(write);
        Assert.True(line.Length <= maxBytes, $"{line.Length} bytes: {Encoding.UTF8.GetString(line)}");
        Assert.Equal(line.Length - 1, Array.IndexOf(line, (byte)'\n'));
    }
}
