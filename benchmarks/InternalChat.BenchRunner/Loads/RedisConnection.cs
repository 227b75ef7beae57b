using System.Buffers.Text;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace InternalChat.BenchRunner.Loads;

/// <summary>A connection to Redis: commands as they are, replies one after another. One sending and one receiving thread.</summary>
internal sealed class RedisConnection : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly List<Range> _strings = [];
    private byte[] _received = new byte[4_096];
    private int _count;
    private int _consumed;

    /// <summary>Encodes a command.</summary>
    internal static byte[] Command(params ReadOnlySpan<string> words)
    {
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"*{words.Length}\r\n");
        foreach (var word in words)
            text.Append(CultureInfo.InvariantCulture, $"${word.Length}\r\n{word}\r\n");
        return Encoding.ASCII.GetBytes(text.ToString());
    }

    internal Task ConnectAsync(int port, CancellationToken cancellationToken) =>
        _socket.ConnectAsync(IPAddress.Loopback, port, cancellationToken).AsTask();

    /// <summary>Commands are short, so that the socket takes them at once.</summary>
    internal void Send(ReadOnlySpan<byte> command)
    {
        try
        {
            _socket.Send(command);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The reading side finds the connection's end, and what is missing is counted.
        }
    }

    /// <summary>The strings of the next reply, which are valid until the next call; null at the connection's end.</summary>
    internal async ValueTask<Reply?> ReadAsync()
    {
        _received.AsSpan(_consumed, _count - _consumed).CopyTo(_received);
        _count -= _consumed;
        _consumed = 0;
        while (!RespReply.TryRead(_received.AsSpan(0, _count), _strings, out _consumed))
        {
            _consumed = 0;
            if (_count == _received.Length)
                Array.Resize(ref _received, _received.Length * 2);
            int read;
            try
            {
                read = await _socket.ReceiveAsync(_received.AsMemory(_count), SocketFlags.None);
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                return null;
            }

            if (read == 0)
                return null;
            _count += read;
        }

        return new Reply(_received, _strings);
    }

    public void Dispose() => _socket.Dispose();

    internal readonly record struct Reply(byte[] Bytes, IReadOnlyList<Range> Strings)
    {
        internal ReadOnlySpan<byte> this[int index] => Bytes.AsSpan(Strings[index]);
    }
}

/// <summary>Cuts one reply of the Redis protocol out of received bytes. Only the strings in it, in their order, matter here.</summary>
internal static class RespReply
{
    /// <param name="bytes">What was received so far.</param>
    /// <param name="strings">Where the reply's strings are; emptied first.</param>
    /// <param name="consumed">Length of the reply.</param>
    /// <returns>False if the reply is not complete yet.</returns>
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
