using System.Buffers.Binary;
using System.Diagnostics;
using System.Numerics;

namespace InternalChat.Flood.Measurement;

/// <summary>What a body says about itself.</summary>
/// <param name="Run">Which run of the tool sent it; pending messages of an earlier run are none of this one's business.</param>
/// <param name="Sender">Number of the sending client.</param>
/// <param name="Sequence">Count of the messages of this sender, from 0.</param>
/// <param name="IntendedAt">When it was due, in Stopwatch ticks.</param>
/// <param name="SentLate">How much later it was sent, in microseconds.</param>
internal readonly record struct BodyHeader(uint Run, uint Sender, long Sequence, long IntendedAt, uint SentLate)
{
    private static readonly long TicksPerMicrosecond = Stopwatch.Frequency / 1_000_000;

    /// <summary>For a message that is sent now.</summary>
    internal BodyHeader(uint run, uint sender, long sequence, in SendTimes times)
        : this(run, sender, sequence, times.IntendedAt, (uint)((times.SentAt - times.IntendedAt) / TicksPerMicrosecond))
    {
    }

    /// <summary>When it was sent, to the microsecond, in Stopwatch ticks.</summary>
    internal long SentAt => IntendedAt + (SentLate * TicksPerMicrosecond);
}

/// <summary>
/// Bodies that prove themselves: 56 hexadecimal digits of <see cref="BodyHeader"/>, filler, and 8 digits of CRC-32C over all before.
/// </summary>
internal static class MessageBody
{
    private const int HeaderBytes = 28;
    private const int HeaderDigits = HeaderBytes * 2;
    private const int ChecksumDigits = 8;

    /// <summary>Shortest body that holds a header and a checksum.</summary>
    internal const int MinBytes = HeaderDigits + ChecksumDigits;

    /// <summary>Fills the part between header and checksum, which <see cref="Write"/> leaves alone.</summary>
    internal static void WriteFiller(Span<byte> body)
    {
        var filler = body[HeaderDigits..^ChecksumDigits];
        for (var i = 0; i < filler.Length; i++)
            filler[i] = (byte)('a' + (i % 26));
    }

    /// <summary>Writes header and checksum into a body whose filler is there.</summary>
    internal static void Write(Span<byte> body, in BodyHeader header)
    {
        Span<byte> bytes = stackalloc byte[HeaderBytes];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, header.Run);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[4..], header.Sender);
        BinaryPrimitives.WriteInt64BigEndian(bytes[8..], header.Sequence);
        BinaryPrimitives.WriteInt64BigEndian(bytes[16..], header.IntendedAt);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[24..], header.SentLate);
        Convert.TryToHexStringLower(bytes, body, out _);
        BinaryPrimitives.WriteUInt32BigEndian(bytes, Checksum(body[..^ChecksumDigits]));
        Convert.TryToHexStringLower(bytes[..4], body[^ChecksumDigits..], out _);
    }

    /// <summary>Reads a body.</summary>
    /// <returns>False where it is not, byte for byte, one that <see cref="Write"/> wrote.</returns>
    internal static bool TryRead(ReadOnlySpan<byte> body, out BodyHeader header)
    {
        header = default;
        if (body.Length < MinBytes)
            return false;
        Span<byte> bytes = stackalloc byte[HeaderBytes];
        if (!IsHexadecimal(body[^ChecksumDigits..], bytes[..4])
            || BinaryPrimitives.ReadUInt32BigEndian(bytes) != Checksum(body[..^ChecksumDigits])
            || !IsHexadecimal(body[..HeaderDigits], bytes))
        {
            return false;
        }

        header = new BodyHeader(
            BinaryPrimitives.ReadUInt32BigEndian(bytes),
            BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]),
            BinaryPrimitives.ReadInt64BigEndian(bytes[8..]),
            BinaryPrimitives.ReadInt64BigEndian(bytes[16..]),
            BinaryPrimitives.ReadUInt32BigEndian(bytes[24..]));
        return true;
    }

    private static bool IsHexadecimal(ReadOnlySpan<byte> digits, Span<byte> bytes) =>
        Convert.FromHexString(digits, bytes, out _, out var written) == System.Buffers.OperationStatus.Done && written == bytes.Length;

    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var checksum = uint.MaxValue;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
            checksum = BitOperations.Crc32C(checksum, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (var single in bytes)
            checksum = BitOperations.Crc32C(checksum, single);
        return ~checksum;
    }
}

/// <summary>
/// Judges the sequence numbers of one sender as they arrive at one recipient. Allocates nothing while they come in order. One thread.
/// </summary>
internal sealed class SequenceChecker
{
    private readonly HashSet<long> _skipped = [];
    private long _next;

    internal long Duplicated { get; private set; }

    /// <summary>Messages that arrived behind a later one.</summary>
    internal long Reordered { get; private set; }

    /// <summary>Takes the next number that arrived.</summary>
    /// <returns>False where it had arrived before.</returns>
    internal bool Observe(long sequence)
    {
        if (sequence >= _next)
        {
            for (; _next < sequence; _next++)
                _skipped.Add(_next);
            _next++;
        }
        else if (_skipped.Remove(sequence))
        {
            Reordered++;
        }
        else
        {
            Duplicated++;
            return false;
        }

        return true;
    }

    /// <summary>How many of the first <paramref name="answered"/> never arrived, without <paramref name="rejected"/>.</summary>
    internal long CountLost(long answered, IReadOnlySet<long> rejected)
    {
        var lost = _skipped.LongCount(sequence => sequence < answered && !rejected.Contains(sequence));
        for (var sequence = _next; sequence < answered; sequence++)
        {
            if (!rejected.Contains(sequence))
                lost++;
        }

        return lost;
    }
}

/// <summary>When a command was sent and when it was due, in Stopwatch ticks; the same in a closed loop.</summary>
internal readonly record struct SendTimes(long SentAt, long IntendedAt);

/// <summary>
/// What has been sent and not been answered, with its times, oldest first: replies come in the order of the commands. One thread may add
/// while another takes. Holds on to its memory, so that it allocates nothing in steady state.
/// </summary>
internal sealed class UnansweredSends<TSend>
    where TSend : struct
{
    private readonly Queue<TSend> _sends = new();
    private readonly Lock _gate = new();

    internal int Count
    {
        get
        {
            lock (_gate)
                return _sends.Count;
        }
    }

    internal void Add(in TSend send)
    {
        lock (_gate)
            _sends.Enqueue(send);
    }

    internal bool TryTake(out TSend send)
    {
        lock (_gate)
            return _sends.TryDequeue(out send);
    }
}
