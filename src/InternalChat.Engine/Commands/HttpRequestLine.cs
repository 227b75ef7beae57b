namespace InternalChat.Engine.Commands;

/// <summary>Recognises a browser or a prober that speaks HTTP to the chat port, which would otherwise get an error per header.</summary>
internal static class HttpRequestLine
{
    /// <summary>Whether the line ends like <c>GET / HTTP/1.1</c>.</summary>
    public static bool Matches(ReadOnlySpan<byte> line)
    {
        var version = line.LastIndexOf((byte)' ') + 1;
        return version > 0 && line[version..].StartsWith("HTTP/"u8);
    }
}
