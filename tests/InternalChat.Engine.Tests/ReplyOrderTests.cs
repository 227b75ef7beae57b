using System.Text;
using System.Text.RegularExpressions;
using CsCheck;
using InternalChat.Engine.Tests.Harness;

namespace InternalChat.Engine.Tests;

/// <summary>The model of pipelining: many commands at once, cut anywhere, get what they would get one by one.</summary>
public sealed partial class ReplyOrderTests
{
    // {0} is a user who is away, {1} another one, {2} oneself; {3} is a message to oneself that came before.
    private static readonly string[] Commands =
    [
        "PING", "ping", "LIST", "HELLO 1", "HELLO 7", "", "NONSENSE", "PING ", "AUTH {2} password", "MSG {0} one", "MSG {0}  two  words ",
        "MSG {1} three", "MSG {2} self", "MSG nobody four", "MSG a! five", "READ {3}", "READ 0", "READ 99999999999999999999", "READ x",
        "BLOCK {0}", "BLOCK nobody", "BLOCK {2}", "UNBLOCK {0}", "UNBLOCK nobody", "UNBLOCK !", "HISTORY {0}", "HISTORY {1} 3",
        "HISTORY {2}", "HISTORY nobody", "HISTORY {0} x",
    ];

    [Theory]
    [InlineData(256, 8_192)]
    [InlineData(3, 8_192)]
    [InlineData(256, 2)]
    public async Task Pipelined_commands_get_the_replies_of_one_by_one(int maxInFlight, int queueCapacity)
    {
        var options = TestServer.Quiet with { MaxInFlightPerConnection = maxInFlight, QueueCapacity = queueCapacity };
        await using var server = new TestServer(options);
        var runs = 0;
        await Gen.Select(Gen.Int[0, Commands.Length - 1].Array[1, 60], Gen.Int[1, 200].Array[1, 20]).SampleAsync(
            async (picks, segments) =>
            {
                var single = await Run(server, runs++, picks, OneByOne);
                var together = await Run(server, runs++, picks, (client, lines) => AtOnce(client, lines, segments));
                Assert.Equal(single, together);
            },
            iter: 40, threads: 1);
    }

    private static async Task<List<string>> Run(
        TestServer server, int run, int[] picks, Func<TestClient, string[], Task<List<string>>> send)
    {
        var names = new[] { $"away{run}", $"other{run}", $"self{run}" };
        await server.Register(names[0]);
        var other = await server.LogInAs(names[1]);
        var self = await server.LogInAs(names[2]);
        var received = (await other.Ask($"MSG {names[2]} hello")).Split(' ')[1];
        await self.Line("the message that came before");
        await other.Quit();
        var lines = picks.Select(pick => string.Format(null, Commands[pick], names[0], names[1], names[2], received)).ToArray();
        var replies = await send(self, lines);
        return Anonymous(replies, names);
    }

    private static async Task<List<string>> OneByOne(TestClient client, string[] lines)
    {
        var replies = new List<string>();
        foreach (var line in lines)
        {
            client.Send(line);
            if (line.StartsWith("ping", StringComparison.OrdinalIgnoreCase))
                replies.Add(await client.Line());
            else
                replies.AddRange(await client.SoFar());
        }

        await client.Quit();
        return replies;
    }

    private static async Task<List<string>> AtOnce(TestClient client, string[] lines, int[] segments)
    {
        var bytes = Encoding.UTF8.GetBytes(string.Concat(lines.Append("QUIT").Select(static line => line + "\n"))).AsMemory();
        for (var i = 0; !bytes.IsEmpty; i++)
        {
            var length = Math.Min(segments[i % segments.Length], bytes.Length);
            client.SendBytes(bytes[..length].Span);
            bytes = bytes[length..];
        }

        var replies = await client.ReadToEnd();
        Assert.Equal("OK bye", replies[^1]);
        replies.RemoveAt(replies.Count - 1);
        return replies;
    }

    /// <summary>Replaces names and numbers, which differ from run to run, by their order of appearance.</summary>
    private static List<string> Anonymous(List<string> replies, string[] names)
    {
        var numbers = new Dictionary<string, int>();
        return [.. replies.Select(reply =>
        {
            if (reply.StartsWith("INFO online:", StringComparison.Ordinal) || reply.StartsWith("INFO known:", StringComparison.Ordinal))
                return reply[..10];
            for (var i = 0; i < names.Length; i++)
                reply = reply.Replace(names[i], "user" + (char)('a' + i), StringComparison.Ordinal);
            reply = Timestamp().Replace(reply, " at ");
            return Number().Replace(reply, match =>
            {
                numbers.TryAdd(match.Value, numbers.Count);
                return "#" + numbers[match.Value];
            });
        })];
    }

    [GeneratedRegex(" [0-9]{10} ")]
    private static partial Regex Timestamp();

    [GeneratedRegex(@"(?<=^(OK queued|OK read|INFO history) )[0-9]+")]
    private static partial Regex Number();
}
