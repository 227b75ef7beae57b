using System.Buffers;
using System.Text;
using InternalChat.Protocol;
using InternalChat.Protocol.Writing;

namespace InternalChat.Client;

/// <summary>Commands as bytes. What would break the framing is refused here, before anything is sent.</summary>
internal static class CommandLines
{
    internal static readonly byte[] Ping = Encode(ClientFrames.Ping);
    internal static readonly byte[] List = Encode(ClientFrames.List);
    internal static readonly byte[] Quit = Encode(ClientFrames.Quit);
    internal static readonly byte[] Hello = Encode(static output => ClientFrames.Hello(output, 1));

    internal static byte[] Authenticate(UserName user, string password)
    {
        if (password.Length == 0 || password.Contains(' ', StringComparison.Ordinal))
            throw new ArgumentException("a password is not empty and has no space", nameof(password));
        var secret = Bytes(password, nameof(password));
        return Encode(output => ClientFrames.Auth(output, Bytes(user), secret));
    }

    internal static byte[] Message(UserName to, string body)
    {
        if (body.Length == 0)
            throw new ArgumentException("a message is not empty", nameof(body));
        var text = Bytes(body, nameof(body));
        return Encode(output => ClientFrames.Msg(output, Bytes(to), text));
    }

    internal static byte[] History(UserName with, int limit)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(limit);
        return Encode(output => ClientFrames.History(output, Bytes(with), limit));
    }

    internal static byte[] Read(long messageId)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(messageId);
        return Encode(output => ClientFrames.Read(output, messageId));
    }

    internal static byte[] Block(UserName user) => Encode(output => ClientFrames.Block(output, Bytes(user)));

    internal static byte[] Unblock(UserName user) => Encode(output => ClientFrames.Unblock(output, Bytes(user)));

    internal static byte[] Raw(string line) => [.. Bytes(line, nameof(line)), (byte)'\n'];

    private static byte[] Bytes(UserName user) => Encoding.ASCII.GetBytes(user.ToString());

    private static byte[] Bytes(string text, string parameterName)
    {
        if (text.AsSpan().ContainsAny('\n', '\0'))
            throw new ArgumentException("no line end and no NUL may be sent", parameterName);
        return Encoding.UTF8.GetBytes(text);
    }

    private static byte[] Encode(Action<IBufferWriter<byte>> write)
    {
        var output = new ArrayBufferWriter<byte>();
        write(output);
        if (output.WrittenCount - 1 > WireLimits.MaxClientLineBytes)
            throw new ArgumentException($"a line has at most {WireLimits.MaxClientLineBytes} bytes");
        return output.WrittenSpan.ToArray();
    }
}
