namespace InternalChat.Protocol.Parsing;

/// <summary>Numbers as the wire writes them: digits 0 to 9 only, any number of them.</summary>
internal static class WireNumber
{
    /// <summary>
    /// Reads a number; one that fits no 64-bit integer is <see cref="long.MaxValue"/>, which no message ever has as its id.
    /// </summary>
    internal static bool TryParse(ReadOnlySpan<byte> digits, out long value)
    {
        value = 0;
        if (digits.IsEmpty || digits.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
            return false;
        foreach (var digit in digits)
        {
            var next = digit - '0';
            value = value > (long.MaxValue - next) / 10 ? long.MaxValue : (value * 10) + next;
            if (value == long.MaxValue)
                break;
        }

        return true;
    }
}
