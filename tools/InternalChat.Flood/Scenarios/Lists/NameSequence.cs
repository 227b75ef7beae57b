using InternalChat.Protocol;

namespace InternalChat.Flood.Scenarios.Lists;

/// <summary>Judges the names of one list, which may come in several lines. Allocates nothing. One thread.</summary>
/// <param name="own">Must be among them.</param>
internal sealed class NameSequence(byte[] own)
{
    private readonly byte[] _last = new byte[WireLimits.MaxUserNameBytes];
    private int _lastLength;
    private bool _hasOwn;
    private bool _isBroken;

    /// <summary>Takes a line's names, joined by <c>", "</c>.</summary>
    internal void Add(ReadOnlySpan<byte> joined)
    {
        foreach (var range in joined.Split(", "u8))
            AddName(joined[range]);
    }

    /// <summary>There are no more.</summary>
    /// <returns>Whether they were names, each once and in order, and the own one among them.</returns>
    internal bool End()
    {
        var isSound = _hasOwn && !_isBroken;
        (_lastLength, _hasOwn, _isBroken) = (0, false, false);
        return isSound;
    }

    private void AddName(ReadOnlySpan<byte> name)
    {
        if (!UserName.TryParse(name, out _) || name.SequenceCompareTo(_last.AsSpan(0, _lastLength)) <= 0)
        {
            _isBroken = true;
            return;
        }

        _hasOwn |= name.SequenceEqual(own);
        name.CopyTo(_last);
        _lastLength = name.Length;
    }
}
