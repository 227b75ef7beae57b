using System.Buffers.Text;

namespace InternalChat.BenchRunner.Peers;

/// <summary>Cuts one reply of the Redis protocol out of received bytes. Only the strings in it, in their order, matter here.</summary>
internal static class RespReply
{
    /// <param name="bytes">What was received so far.</param>
    /// <param name="strings">Where the reply's strings are; emptied first.</param>
    /// <param name="consumed">Length of the reply.</param>
    /// <returns>False where the reply is not whole yet.</returns>
    /// <exception cref="BenchException">It is an error, or not this protocol.</exception>
    internal static bool TryRead(ReadOnlySpan<byte> bytes, List<Range> strings, out int consumed)
    {
        strings.Clear();
        consumed = 0;
        // An array adds its elements to what has still to be read.
        for (long open = 1; open > 0; open--)
        {
            var line = bytes[consumed..];
            var end = line.IndexOf("\r\n"u8);
            if (end < 0)
                return false;
            var start = consumed + 1;
            consumed += end + 2;
            var text = line[1..end];
            switch (line[0])
            {
                case (byte)'+':
                    strings.Add(start..(start + text.Length));
                    break;
                case (byte)'*':
                    open += Math.Max(0, Number(text));
                    break;
                case (byte)'$' when Number(text) is >= 0 and var length:
                    if (bytes.Length < consumed + length + 2)
                        return false;
                    strings.Add(consumed..(consumed + (int)length));
                    consumed += (int)length + 2;
                    break;
                case (byte)'$' or (byte)':':
                    break;
                default:
                    throw new BenchException($"Redis said: {System.Text.Encoding.UTF8.GetString(line[..end])}");
            }
        }

        return true;
    }

    private static long Number(ReadOnlySpan<byte> text) =>
        Utf8Parser.TryParse(text, out long number, out var used) && used == text.Length
            ? number
            : throw new BenchException("Redis sent what is not its protocol");
}
