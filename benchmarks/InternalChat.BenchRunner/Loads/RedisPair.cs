using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace InternalChat.BenchRunner.Loads;

/// <summary>A sender and a recipient, each with a connection of its own.</summary>
internal sealed class RedisPair : IDisposable
{
    private const int TimeDigits = 16;

    private readonly RedisConnection _sender = new();
    private readonly RedisConnection _recipient = new();
    private readonly ConcurrentQueue<long> _unanswered = new();
    private readonly string _stream;
    private readonly byte[] _append;
    private readonly int _timeAt;

    internal RedisPair(int index, int bodyBytes)
    {
        _stream = string.Create(CultureInfo.InvariantCulture, $"inbox:{index}");
        _append = RedisConnection.Command("XADD", _stream, "*", "b", new string('x', bodyBytes));
        _timeAt = _append.Length - 2 - bodyBytes;
    }

    internal long Sent { get; private set; }

    internal long Received { get; private set; }

    /// <summary>In Stopwatch ticks, from due to received. Of messages that were due in the measured time.</summary>
    internal List<long> Latencies { get; } = [];

    /// <summary>In Stopwatch ticks, from due to stored.</summary>
    internal List<long> AnswerLatencies { get; } = [];

    internal async Task ConnectAsync(int port, CancellationToken cancellationToken)
    {
        await _sender.ConnectAsync(port, cancellationToken);
        await _recipient.ConnectAsync(port, cancellationToken);
    }

    internal void Send(long due)
    {
        Encoding.ASCII.GetBytes(due.ToString("x16", CultureInfo.InvariantCulture), _append.AsSpan(_timeAt));
        _unanswered.Enqueue(due);
        _sender.Send(_append);
        Sent++;
    }

    /// <summary>Ends with the connection.</summary>
    internal async Task ReadAnswersAsync(RedisClock clock)
    {
        while (await _sender.ReadAsync() is not null)
        {
            if (_unanswered.TryDequeue(out var due) && clock.IsMeasured(due))
                AnswerLatencies.Add(Stopwatch.GetTimestamp() - due);
        }
    }

    /// <summary>Ends with the connection.</summary>
    internal async Task ReceiveAsync(RedisClock clock)
    {
        var last = "0-0";
        while (true)
        {
            _recipient.Send(RedisConnection.Command("XREAD", "BLOCK", "0", "STREAMS", _stream, last));
            if (await _recipient.ReadAsync() is not { } reply)
                return;
            var now = Stopwatch.GetTimestamp();
            // The stream's name, then for each entry its id, the field's name and the body.
            for (var index = 1; index + 2 < reply.Strings.Count; index += 3)
            {
                last = Encoding.ASCII.GetString(reply[index]);
                var due = long.Parse(reply[index + 2][..TimeDigits], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
                Received++;
                if (clock.IsMeasured(due))
                    Latencies.Add(now - due);
            }
        }
    }

    public void Dispose()
    {
        _sender.Dispose();
        _recipient.Dispose();
    }
}

/// <summary>The times of a load, in Stopwatch ticks.</summary>
internal sealed record RedisClock(long Start, TimeSpan WarmUp, TimeSpan Duration)
{
    internal long End => MeasuredFrom + Ticks(Duration);

    private long MeasuredFrom => Start + Ticks(WarmUp);

    internal bool IsMeasured(long moment) => moment >= MeasuredFrom && moment < End;

    private static long Ticks(TimeSpan time) => (long)(time.TotalSeconds * Stopwatch.Frequency);
}
