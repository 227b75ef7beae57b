using System.Diagnostics;
using InternalChat.TestKit.Sockets;

namespace InternalChat.EndToEnd.Tests.SlowConsumers;

/// <summary>Two users who talk on while others are slow, and how long each message took.</summary>
internal sealed class Conversation(RawClient asking, RawClient answering)
{
    /// <summary>Talks until told to stop, at least this many times; returns the latencies from sending to arrival, sorted.</summary>
    public async Task<IReadOnlyList<TimeSpan>> TalkAsync(int atLeast, CancellationToken stop)
    {
        var latencies = new List<TimeSpan>();
        while (latencies.Count < atLeast || !stop.IsCancellationRequested)
        {
            var sent = Stopwatch.StartNew();
            await asking.SendAsync($"MSG {answering.Name} question {latencies.Count}");
            await answering.ReadFromAsync(asking.Name);
            latencies.Add(sent.Elapsed);
            await asking.ReadReplyAsync("waiting for the acknowledgement");
        }

        return [.. latencies.Order()];
    }

    public static string Describe(IReadOnlyList<TimeSpan> sorted) =>
        $"{sorted.Count} messages, median {sorted[sorted.Count / 2].TotalMilliseconds:0.00} ms, "
        + $"99 % {sorted[sorted.Count * 99 / 100].TotalMilliseconds:0.00} ms, longest {sorted[^1].TotalMilliseconds:0.00} ms";
}
