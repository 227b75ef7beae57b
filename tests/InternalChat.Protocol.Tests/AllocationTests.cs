using System.Buffers;
using System.Text;
using InternalChat.Protocol.Framing;
using InternalChat.Protocol.Parsing;
using InternalChat.Protocol.Versions;
using InternalChat.Protocol.Writing;
using Xunit;

namespace InternalChat.Protocol.Tests;

/// <summary>Bytes per frame in steady state are part of the promise of this layer: none.</summary>
public sealed class AllocationTests
{
    private const int Frames = 1_000;

    private static readonly ArrayBufferWriter<byte> Output = new(1 << 20);
    private static readonly UserName Bob = UserName.Parse("bob");

    [Fact]
    public void Framing_a_line_in_one_segment_allocates_nothing() => AssertAllocatesNothing(LineReading(Lines(), cuts: []));

    [Fact]
    public void Framing_a_line_across_segments_allocates_nothing()
    {
        var lines = Lines();
        AssertAllocatesNothing(LineReading(lines, [.. Enumerable.Range(1, lines.Length - 1).Where(at => at % 7 == 0)]));
    }

    [Theory]
    [InlineData("HELLO 1")]
    [InlineData("AUTH alice password")]
    [InlineData("MSG bob hi there, 😀")]
    [InlineData("LIST")]
    [InlineData("HISTORY bob 50")]
    [InlineData("READ 123456789")]
    [InlineData("BLOCK bob")]
    [InlineData("UNBLOCK bob")]
    [InlineData("PING")]
    [InlineData("QUIT")]
    [InlineData("")]
    [InlineData("MSG bob")]
    [InlineData("NOPE")]
    [InlineData("PING\0")]
    public void Parsing_a_command_allocates_nothing(string line)
    {
        var bytes = Encoding.UTF8.GetBytes(line);
        AssertAllocatesNothing(() =>
        {
            for (var i = 0; i < Frames; i++)
                CommandParser.Parse(bytes, out _);
        });
    }

    [Theory]
    [InlineData("OK queued 123456789")]
    [InlineData("OK registered")]
    [InlineData("ERROR SLOW_CONSUMER you do not read")]
    [InlineData("FROM 123456789 alice 1700000000 hi there")]
    [InlineData("DELIVERED 123456789")]
    [InlineData("READ 123456789 bob")]
    [InlineData("INFO history 123456789 alice 1700000000 hi there")]
    [InlineData("INFO online: alice, bob")]
    [InlineData("PONG")]
    [InlineData("TYPING bob")]
    public void Parsing_a_server_frame_allocates_nothing(string line)
    {
        var bytes = Encoding.UTF8.GetBytes(line);
        AssertAllocatesNothing(() =>
        {
            for (var i = 0; i < Frames; i++)
                ServerFrameParser.Parse(bytes);
        });
    }

    [Fact]
    public void Writing_any_frame_allocates_nothing() => AssertAllocatesNothing(() =>
    {
        for (var i = 0; i < Frames; i++)
        {
            Output.ResetWrittenCount();
            ServerFrames.OkHello(Output);
            ServerFrames.OkRegistered(Output);
            ServerFrames.OkAuthenticated(Output);
            ServerFrames.OkBye(Output);
            ServerFrames.OkQueued(Output, i);
            ServerFrames.OkRead(Output, i);
            ServerFrames.OkBlocked(Output, Bob);
            ServerFrames.OkUnblocked(Output, Bob);
            ServerFrames.Error(Output, ErrorCode.RateLimit);
            ServerFrames.Pong(Output);
            ServerFrames.From(Output, i, Bob, 1_700_000_000, "hi there"u8);
            ServerFrames.From(Output, i, "bob"u8, 1_700_000_000, "hi there"u8);
            ServerFrames.Delivered(Output, i);
            ServerFrames.Read(Output, i, Bob);
            ServerFrames.HistoryCount(Output, i);
            ServerFrames.History(Output, i, "bob"u8, 1_700_000_000, "hi there"u8);
            ServerFrames.UserOnline(Output, Bob);
            ServerFrames.UserOffline(Output, Bob);
            ServerFrames.ServerShutdown(Output);
            ServerFrames.Notice(Output, "back at 12"u8);
            ClientFrames.Hello(Output, 1);
            ClientFrames.Auth(Output, "bob"u8, "password"u8);
            ClientFrames.Msg(Output, "bob"u8, "hi there"u8);
            ClientFrames.List(Output);
            ClientFrames.History(Output, "bob"u8, 20);
            ClientFrames.Read(Output, i);
            ClientFrames.Block(Output, "bob"u8);
            ClientFrames.Unblock(Output, "bob"u8);
            ClientFrames.Ping(Output);
            ClientFrames.Quit(Output);
        }
    });

    [Fact]
    public void Reading_and_writing_through_a_format_allocates_nothing() => AssertAllocatesNothing(() =>
    {
        var wire = WireFormat.Version1;
        for (var i = 0; i < Frames; i++)
        {
            Output.ResetWrittenCount();
            wire.Parse("MSG bob hi there"u8, out _);
            wire.OkQueued(Output, i);
            wire.ErrorFrame(Output, ErrorCode.RateLimit);
            wire.BadRequest(Output, ParseError.EmptyLine);
            wire.From(Output, i, Bob, 1_700_000_000, "hi there"u8);
            wire.From(Output, i, "bob"u8, 1_700_000_000, "hi there"u8);
            wire.Delivered(Output, i);
            wire.Read(Output, i, Bob);
            wire.UserOnline(Output, Bob);
        }
    });

    [Fact]
    public void Writing_a_list_of_names_allocates_nothing() => AssertAllocatesNothing(() =>
    {
        Output.ResetWrittenCount();
        var list = NameListWriter.Online();
        for (var i = 0; i < Frames; i++)
            list.Add(Output, Bob);
        list.Complete(Output);
    });

    [Fact]
    public void Reading_comparing_hashing_and_copying_a_name_allocates_nothing()
    {
        var names = new Dictionary<UserName, int> { [Bob] = 1 };
        var bytes = new byte[WireLimits.MaxUserNameBytes];
        AssertAllocatesNothing(() =>
        {
            for (var i = 0; i < Frames; i++)
            {
                Assert.True(UserName.TryParse("bob"u8, out var name) & UserName.TryParse("bob", out var same));
                _ = names[name] + name.CompareTo(same) + name.CopyTo(bytes) + name.Length;
            }
        });
    }

    private static byte[] Lines() => Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("MSG bob hi there, how are you?\r\n", Frames)));

    private static Action LineReading(byte[] lines, int[] cuts)
    {
        var sequence = Segmentation.Cut(lines, cuts);
        return () =>
        {
            var reader = new LineReader(sequence, WireLimits.MaxClientLineBytes);
            var read = 0;
            while (reader.TryRead(out _) == LineStatus.Line)
                read++;
            reader.Dispose();
            Assert.True(read == Frames); // Assert.Equal allocates.
        };
    }

    /// <summary>
    /// The least of several rounds: what a frame allocates shows in every round, what the runtime does once (a pool refilled after a
    /// collection) does not.
    /// </summary>
    private static void AssertAllocatesNothing(Action frames)
    {
        frames();
        var least = Enumerable.Range(0, 5).Min(_ =>
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            frames();
            return GC.GetAllocatedBytesForCurrentThread() - before;
        });
        Assert.Equal(0, least);
    }
}
