using System.Diagnostics;
using InternalChat.Flood.Measurement;

namespace InternalChat.BenchRunner.Loads;

/// <summary>
/// The load of <c>message --rate</c> on Redis Streams: each sender appends to its recipient's stream (XADD), each recipient waits at
/// its own (XREAD BLOCK). Paced as the load tool paces, with latencies from the time when each message was due.
/// </summary>
internal static class RedisStreams
{
    private static readonly TimeSpan Afterwards = TimeSpan.FromSeconds(1);

    /// <param name="load">How much of it.</param>
    /// <param name="warmUp">Load before the measured time.</param>
    /// <param name="duration">Measured time.</param>
    /// <param name="folder">Where Redis keeps its file.</param>
    /// <param name="cancellationToken">Ends it.</param>
    internal static async Task<StepOutcome> RunAsync(
        PeerLoad load, TimeSpan warmUp, TimeSpan duration, string folder, CancellationToken cancellationToken)
    {
        await using var server = await RedisServer.StartAsync(folder, cancellationToken);
        if (server is null)
            return StepOutcome.Unavailable("redis-server is not installed");

        RedisPair[] pairs = [.. Enumerable.Range(0, load.Pairs).Select(index => new RedisPair(index, load.BodyBytes))];
        try
        {
            foreach (var pair in pairs)
                await pair.ConnectAsync(server.Port, cancellationToken);
            var clock = new RedisClock(Stopwatch.GetTimestamp() + Stopwatch.Frequency / 5, warmUp, duration);
            var receiving = pairs.SelectMany(pair => new[] { pair.ReadAnswersAsync(clock), pair.ReceiveAsync(clock) }).ToArray();
            var processor = await Task.Factory.StartNew(
                () => Send(pairs, load, clock, server, cancellationToken),
                CancellationToken.None,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default);
            await Task.Delay(Afterwards, cancellationToken);
            foreach (var pair in pairs)
                pair.Dispose();
            await Task.WhenAll(receiving);
            return Report(pairs, duration, processor);
        }
        finally
        {
            foreach (var pair in pairs)
                pair.Dispose();
        }
    }

    /// <returns>Processor time of Redis over the measured time.</returns>
    private static TimeSpan Send(
        RedisPair[] pairs, PeerLoad load, RedisClock clock, RedisServer server, CancellationToken cancellationToken)
    {
        PreciseSleep.PrepareThread();
        var schedule = new SendSchedule(clock.Start, load.MessagesPerSecond, pairs.Length);
        TimeSpan? before = null;
        for (var index = 0L; schedule.DueAt(index) is var due && due < clock.End; index++)
        {
            if (before is null && clock.IsMeasured(due))
                before = server.ProcessorTime;
            PreciseSleep.WaitUntil(due);
            pairs[schedule.ClientOf(index)].Send(due);
            cancellationToken.ThrowIfCancellationRequested();
        }

        PreciseSleep.WaitUntil(clock.End);
        return server.ProcessorTime - before.GetValueOrDefault();
    }

    private static StepOutcome Report(RedisPair[] pairs, TimeSpan duration, TimeSpan processor)
    {
        var received = pairs.SelectMany(pair => pair.Latencies).Order().ToArray();
        var answered = pairs.SelectMany(pair => pair.AnswerLatencies).Order().ToArray();
        var numbers = new Dictionary<string, double>
        {
            ["measured_seconds"] = duration.TotalSeconds,
            ["rates.received"] = received.Length / duration.TotalSeconds,
            ["rates.acknowledged"] = answered.Length / duration.TotalSeconds,
        };
        if (received.Length == 0 || pairs.Sum(pair => pair.Sent) != pairs.Sum(pair => pair.Received))
            return new StepOutcome(ScenarioStatus.Failed, "Redis did not hand over what was sent", numbers);
        numbers["processor.server_microseconds_per_unit"] = processor.TotalMicroseconds / received.Length;
        Percentiles(numbers, "from_end_to_end", received);
        Percentiles(numbers, "stored", answered);
        return StepOutcome.Of(numbers);
    }

    private static void Percentiles(Dictionary<string, double> numbers, string kind, long[] sortedTicks)
    {
        foreach (var (name, share) in new[] { ("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("p999", 0.999), ("max", 1) })
        {
            numbers[$"latencies.{kind}.raw.{name}"] =
                Math.Round(sortedTicks[Math.Min(sortedTicks.Length - 1, (int)(sortedTicks.Length * share))] * 1e6 / Stopwatch.Frequency);
        }
    }
}

/// <summary>An open loop of messages between pairs.</summary>
internal sealed record PeerLoad(int Pairs, double MessagesPerSecond, int BodyBytes);
