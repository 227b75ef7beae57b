using System.Buffers;
using System.Text;
using CsCheck;
using InternalChat.Protocol.Framing;
using InternalChat.Protocol.Parsing;
using InternalChat.Protocol.Tests.Framing;
using InternalChat.Protocol.Tests.Parsing;
using Xunit;

namespace InternalChat.Protocol.Tests;

public sealed class ProtocolProperties
{
    [Fact]
    public void A_command_reads_as_it_was_written() =>
        Generate.Command.Sample(
            command =>
            {
                var written = StrictBufferWriter.Write(command.Write);
                Assert.Equal(command, ParsedCommand.Of(OnlyLine(written)));
            },
            iter: 20_000);

    [Fact]
    public void A_server_frame_reads_as_it_was_written() =>
        Generate.ServerFrame.Sample(
            frame =>
            {
                var written = StrictBufferWriter.Write(frame.Write);
                Assert.Equal(frame, ParsedServerFrame.Of(OnlyLine(written)));
            },
            iter: 20_000);

    [Fact]
    public void Many_frames_read_as_they_were_written_however_they_are_cut() =>
        Gen.Select(Generate.Command.Array[1, 8], Gen.Double[0, 1].Array[0, 12]).Sample(
            (commands, cuts) =>
            {
                byte[] written = [.. commands.SelectMany(command => StrictBufferWriter.Write(command.Write))];
                int[] at = [.. cuts.Select(cut => (int)(cut * written.Length))];

                var reader = new LineReader(Segmentation.Cut(written, at), WireLimits.MaxClientLineBytes);
                foreach (var command in commands)
                {
                    Assert.Equal(LineStatus.Line, reader.TryRead(out var line));
                    Assert.Equal(command, ParsedCommand.Of(line));
                }

                Assert.Equal(LineStatus.Incomplete, reader.TryRead(out _));
                reader.Dispose();
            },
            iter: 2_000);

    [Fact]
    public void The_command_parser_agrees_with_the_grammar_on_almost_commands() =>
        Generate.AlmostALine.Sample(line => Assert.Equal(ReferenceParser.Parse(line), ParsedCommand.Of(line)), iter: 100_000);

    [Fact]
    public void The_command_parser_agrees_with_the_grammar_on_arbitrary_bytes() =>
        Gen.Byte.Array[0, 64].Sample(line => Assert.Equal(ReferenceParser.Parse(line), ParsedCommand.Of(line)), iter: 50_000);

    [Fact]
    public void The_server_frame_parser_takes_any_bytes() =>
        Gen.OneOf(Generate.AlmostALine, Gen.Byte.Array[0, 64]).Sample(
            line =>
            {
                // What it does not know it gives back whole, and what it knows it does not make up.
                var frame = ParsedServerFrame.Of(line);
                Assert.True(Enum.IsDefined(frame.Kind));
                Assert.True(frame.Kind != ServerFrameKind.Unknown || frame.Text.Length == line.Length);
                Assert.True(frame.Id >= 0 && frame.Timestamp >= 0);
                Assert.True(frame.Name.Length + frame.Text.Length <= line.Length);
                Assert.DoesNotContain(' ', frame.Name);
            },
            iter: 100_000);

    private static ReadOnlySpan<byte> OnlyLine(byte[] written)
    {
        var line = written.AsSpan()[..^1];
        Assert.Equal(
            new Reading($"[{Encoding.Latin1.GetString(line)}]\n", LineStatus.Incomplete, written.Length),
            Reading.Of(new ReadOnlySequence<byte>(written), WireLimits.MaxClientLineBytes));
        return line;
    }
}
