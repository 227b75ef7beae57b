using System.Buffers;
using InternalChat.Protocol.Versions;

namespace InternalChat.Engine.Presence;

/// <summary>
/// The lines of some changes, encoded once for each wire format that somebody who listens has: a format is encoded when the first of them
/// is told.
/// </summary>
/// <remarks>One thread at a time.</remarks>
internal sealed class PresenceFrames(IReadOnlyList<PresenceChange> changes)
{
    // One, as long as there is one format, so a search costs nothing.
    private readonly List<Encoding> _encodings = [];

    /// <summary>The lines as this format has them.</summary>
    public Encoding In(WireFormat wire)
    {
        foreach (var encoding in _encodings)
        {
            if (encoding.Wire == wire)
                return encoding;
        }

        var added = new Encoding(wire, changes);
        _encodings.Add(added);
        return added;
    }

    /// <summary>The lines in one format.</summary>
    internal sealed class Encoding
    {
        private const int TypicalLineBytes = 48;

        private readonly ArrayBufferWriter<byte> _lines;

        // Where the line of each change begins, and where the last one ends.
        private readonly int[] _starts;

        public Encoding(WireFormat wire, IReadOnlyList<PresenceChange> changes)
        {
            Wire = wire;
            _lines = new ArrayBufferWriter<byte>((changes.Count + 1) * TypicalLineBytes);
            _starts = new int[changes.Count + 1];
            for (var i = 0; i < changes.Count; i++)
            {
                changes[i].WriteTo(_lines, wire);
                _starts[i + 1] = _lines.WrittenCount;
            }
        }

        public WireFormat Wire { get; }

        public ReadOnlySpan<byte> All => _lines.WrittenSpan;

        /// <summary>The lines of the changes from one place up to another.</summary>
        public ReadOnlySpan<byte> Between(int from, int to) => _lines.WrittenSpan[_starts[from].._starts[to]];
    }
}
