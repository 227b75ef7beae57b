using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using InternalChat.Flood.Measurement;
using InternalChat.Flood.Options;
using InternalChat.TestKit.Processes;
using InternalChat.TestKit.Sockets;
using Xunit;

namespace InternalChat.Flood.Tests;

/// <summary>The whole tool against a real server, and against one whose messages are tampered with on the way.</summary>
public sealed class MessageScenarioTests
{
    [Theory]
    [InlineData("--to pair")]
    [InlineData("--to hot --read-receipts")]
    [InlineData("--to zipf --zipf-exponent 1.2 --read-receipts")]
    [InlineData("--to offline --read-receipts")]
    [InlineData("--to away --read-receipts --visit-interval 30ms")]
    public async Task Finds_nothing_wrong_with_a_sound_server(string options)
    {
        await using var server = await ServerProcess.StartAsync();
        var (status, output) = await RunAsync(server.EndPoint.Port, options);
        Assert.True(status == ExitStatus.Success, output);
        Assert.Contains("result     clean", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("lost", 3, "")]
    [InlineData("duplicated", 3, "3 3")]
    [InlineData("reordered", 4, "4 3")]
    [InlineData("corrupted", 3, "3x")]
    public async Task Notices_what_happens_to_a_single_message(string what, int upTo, string made)
    {
        await using var server = await ServerProcess.StartAsync();
        // One of the four recipients has got more than are tampered with.
        var seen = new SeenLines("FROM ", times: 4 * 5);
        using var proxy = new TamperingProxy(server.EndPoint, () => seen.Note(Tamper(upTo, made)));
        var (status, output) = await FloodRun.UntilAsync(seen, proxy.Port, "message --pairs 4 --window 4 --to pair");
        Assert.True(status == ExitStatus.Failure, output);
        var proof = output.Split('\n').Single(line => line.StartsWith("proof", StringComparison.Ordinal));
        Assert.DoesNotContain($" 0 {what}", proof, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--to pair")]
    [InlineData("--to offline")]
    [InlineData("--to hot")]
    public async Task What_an_earlier_run_has_left_is_no_answer_to_this_one(string options)
    {
        // More than the buffers of a connection hold.
        const int Left = 1_000;
        const string Password = "flood-password";
        await using var server = await ServerProcess.StartAsync();
        await using (var recipient = await server.ConnectAsync())
            await recipient.LoginAsync("flood-r-00001", Password);
        await using (var sender = await server.ConnectAsync())
        {
            await sender.LoginAsync("flood-s-00001", Password);
            var sending = sender.SendAsync(Enumerable.Range(0, Left).Select(static i => $"MSG flood-r-00001 {BodyOfAnotherRun(i)}"));
            for (var i = 0; i < Left; i++)
                Assert.StartsWith("OK queued ", await sender.ReadReplyAsync("waiting for OK queued"), StringComparison.Ordinal);
            await sending;
        }

        var (status, output) = await RunAsync(server.EndPoint.Port, options);
        Assert.True(status == ExitStatus.Success, output);
        Assert.Contains("1,000 of other runs", string.Concat(FloodRun.Lines(output, "counted")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Recipients_who_look_in_have_most_messages_before_the_end()
    {
        await using var server = await ServerProcess.StartAsync();
        var (_, output) = await FloodRun.UntilSeenAsync(
            server, "message --to away --pairs 2 --rate 200 --visit-interval 50ms", "FROM ", times: 20);
        FloodRun.AssertProved(output);
        var counted = Regex.Match(string.Concat(FloodRun.Lines(output, "counted")), "([0-9,]+) acknowledged.* ([0-9,]+) handed over,");
        Assert.True(counted.Success, output);
        Assert.NotEqual(counted.Groups[1].Value, counted.Groups[2].Value);
    }

    [Fact]
    public async Task A_recipient_who_does_not_get_on_a_visit_what_waited_is_noticed()
    {
        await using var server = await ServerProcess.StartAsync();
        // A visit before anything was acknowledged ends soon, whatever comes on it. One that something comes on later does not end.
        const int AcknowledgementsOfAVisit = 100;
        var seen = new SeenLines("a visit that does not end");
        var staying = new List<Staying>();
        using var proxy = new TamperingProxy(
            server.EndPoint,
            () =>
            {
                var visit = new Staying();
                return line =>
                {
                    lock (staying)
                    {
                        if (line.StartsWith("FROM ", StringComparison.Ordinal))
                        {
                            if (!staying.Contains(visit))
                                staying.Add(visit);
                            return [];
                        }

                        if (line == "OK bye")
                            staying.Remove(visit);
                        else if (ServerFrame.IsQueued(line) || ServerFrame.IsDelivered(line))
                            staying.ForEach(static visit => visit.Acknowledgements++);
                        if (staying.Exists(static visit => visit.Acknowledgements == AcknowledgementsOfAVisit))
                            seen.Note("a visit that does not end");
                        return [line];
                    }
                };
            });
        var (status, output) = await FloodRun.UntilAsync(
            seen, proxy.Port, "message --to away --pairs 1 --rate 50 --visit-interval 100ms");
        Assert.True(status == ExitStatus.Failure, output);
        Assert.Contains("a visitor had still not got everything when the load had ended", output, StringComparison.Ordinal);
        Assert.Matches("failure    [1-9][0-9,]* lost", output);
    }

    [Theory]
    [InlineData("--to hot --zipf-exponent 2")]
    [InlineData("--to zipf --zipf-exponent -1")]
    [InlineData("--to nobody")]
    [InlineData("--to nobody --zipf-exponent 2")]
    [InlineData("--to pair --visit-interval 2s")]
    [InlineData("--to away --visit-interval 0s")]
    [InlineData("--to away --visit-interval soon")]
    [InlineData("--rate 10 --window 3")]
    public Task Refuses_options_that_make_no_sense_together(string options) => FloodRun.AssertRefusedAsync($"message {options}");

    /// <summary>Holds back the third FROM of a connection until FROM <paramref name="upTo"/>, and then passes on those named.</summary>
    private static Func<string, IEnumerable<string>> Tamper(int upTo, string made)
    {
        var lines = new List<string>();
        return line =>
        {
            if (!line.StartsWith("FROM ", StringComparison.Ordinal))
                return [line];
            lines.Add(line);
            return lines.Count < 3 || lines.Count > upTo ? [line]
                : lines.Count < upTo ? []
                : made.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(name => name.EndsWith('x')
                    ? lines[int.Parse(name[..^1], CultureInfo.InvariantCulture) - 1][..^20] + "00000000000000000000"
                    : lines[int.Parse(name, CultureInfo.InvariantCulture) - 1]);
        };
    }

    private static string BodyOfAnotherRun(int sequence)
    {
        var body = new byte[4_096];
        MessageBody.WriteFiller(body);
        MessageBody.Write(body, new BodyHeader(Run: 0, Sender: 0, sequence, IntendedAt: 0, SentLate: 0));
        return Encoding.ASCII.GetString(body);
    }

    private static Task<(int Status, string Output)> RunAsync(int port, string options) =>
        FloodRun.AgainstAsync(port, $"message --pairs 4 --window 4 --duration 200ms {options}");

    /// <summary>A visit on which something came and that has not ended.</summary>
    private sealed class Staying
    {
        public int Acknowledgements { get; set; }
    }
}
