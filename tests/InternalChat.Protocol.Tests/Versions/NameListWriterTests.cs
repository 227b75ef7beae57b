using System.Buffers;
using System.Text;
using CsCheck;
using InternalChat.Protocol.Versions;
using Xunit;

namespace InternalChat.Protocol.Tests.Versions;

public sealed class NameListWriterTests
{
    [Fact]
    public void Joins_names_in_the_order_given()
    {
        Assert.Equal("INFO online: alice, bob, carol\n", Write(NameListWriter.Online(), ["alice", "bob", "carol"]));
        Assert.Equal("INFO online: alice\n", Write(WireFormat.Version1.OnlineNames(), ["alice"]));
        Assert.Equal("INFO known: alice\n", Write(WireFormat.Version1.KnownNames(), ["alice"]));
        Assert.Equal("INFO known: alice\n", Write(NameListWriter.Known(), ["alice"]));
    }

    [Fact]
    public void Writes_an_empty_list_as_its_title()
    {
        Assert.Equal("INFO online: \n", Write(NameListWriter.Online(), []));
        Assert.Equal("INFO known: \n", Write(NameListWriter.Known(), []));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(17)]
    [InlineData(32)]
    public void Goes_on_in_a_further_line_only_when_a_name_more_would_pass_the_limit(int nameBytes)
    {
        string[] names = [.. Enumerable.Range(0, 5_000).Select(i => ToName(i, nameBytes))];

        var lines = Lines(Write(NameListWriter.Online(), names));

        Assert.True(lines.Length > 1);
        Assert.All(lines, line => Assert.InRange(line.Length + 1, 1, WireLimits.MaxServerLineBytes));
        Assert.All(lines[..^1], line => Assert.True(line.Length + 1 + 2 + nameBytes > WireLimits.MaxServerLineBytes));
        Assert.Equal(names, NamesOf(lines, "INFO online: "));
    }

    [Fact]
    public void Fills_a_line_to_the_last_byte_and_not_one_more()
    {
        // A title of 13 bytes, 361 names of 32, 360 separators and the line end are 12,286 bytes.
        string[] names = [.. Enumerable.Range(0, 360).Select(i => ToName(i, 32))];
        string[] almostFull = [.. names, new string('y', 32)];
        string[] full = [.. names, new string('y', 29), "zzz"];
        string[] oneByteMore = [.. names, new string('y', 30), "zzz"];

        Assert.Equal(WireLimits.MaxServerLineBytes - 2, Assert.Single(Lines(Write(NameListWriter.Online(), almostFull))).Length + 1);
        Assert.Equal(WireLimits.MaxServerLineBytes, Assert.Single(Lines(Write(NameListWriter.Online(), full))).Length + 1);
        Assert.Equal(["zzz"], NamesOf(Lines(Write(NameListWriter.Online(), oneByteMore))[1..], "INFO online: "));
    }

    [Fact]
    public void Loses_no_name_and_passes_no_limit_whatever_the_names() =>
        Generate.UserName.List[0, 2_000].Select(Gen.Bool).Sample(
            (names, online) =>
            {
                var lines = Lines(Write(online ? NameListWriter.Online() : NameListWriter.Known(), names));
                return lines.All(line => line.Length < WireLimits.MaxServerLineBytes)
                    && NamesOf(lines, online ? "INFO online: " : "INFO known: ").SequenceEqual(names);
            },
            iter: 200);

    [Fact]
    public void Tells_beforehand_whether_a_name_begins_another_line() =>
        Generate.UserName.List[1, 2_000].Sample(
            names =>
            {
                var output = new ArrayBufferWriter<byte>();
                var list = NameListWriter.Known();
                foreach (var name in names.Select(UserName.Parse))
                {
                    var isOther = !list.HasRoomFor(name);
                    var before = output.WrittenCount;
                    list.Add(output, name);
                    if (isOther != output.WrittenSpan[before..].Contains((byte)'\n'))
                        return false;
                }

                return true;
            },
            iter: 50);

    [Theory]
    [InlineData("aaa", "INFO known: alice, bob, carol\n")]
    [InlineData("alice", "INFO known: bob, carol\n")]
    [InlineData("alicf", "INFO known: bob, carol\n")]
    [InlineData("bob", "INFO known: carol\n")]
    public void Goes_on_in_a_line_behind_a_name(string after, string expected)
    {
        var output = new ArrayBufferWriter<byte>();
        var list = NameListWriter.Known();
        list.AddAfter(output, UserName.Parse(after), "INFO known: alice, bob, carol\n"u8);
        list.Complete(output);
        Assert.Equal(expected, Encoding.UTF8.GetString(output.WrittenSpan));
    }

    private static string ToName(int number, int bytes) => number.ToString("D" + bytes)[^bytes..];

    private static string Write(NameListWriter list, IEnumerable<string> names)
    {
        var output = new ArrayBufferWriter<byte>();
        foreach (var name in names)
            list.Add(output, UserName.Parse(name));
        list.Complete(output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    private static string[] Lines(string written)
    {
        Assert.EndsWith("\n", written);
        return written[..^1].Split('\n');
    }

    private static IEnumerable<string> NamesOf(string[] lines, string title) => lines.SelectMany(line =>
    {
        Assert.StartsWith(title, line);
        return line[title.Length..].Split(", ", StringSplitOptions.RemoveEmptyEntries);
    });
}
