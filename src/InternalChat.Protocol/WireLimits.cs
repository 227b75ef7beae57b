namespace InternalChat.Protocol;

/// <summary>The sizes that the contract fixes. They are part of the wire protocol, not settings.</summary>
public static class WireLimits
{
    /// <summary>Longest line a client may send, in bytes before the <c>\n</c>.</summary>
    public const int MaxClientLineBytes = 16_384;

    /// <summary>
    /// Longest line the server sends, in bytes. The original client gives up when its buffer passes 16,384 bytes, which includes
    /// up to 4,095 bytes that follow a line.
    /// </summary>
    public const int MaxServerLineBytes = 12_288;

    /// <summary>Longest message body, in bytes of UTF-8.</summary>
    public const int MaxBodyBytes = 4_096;

    /// <summary>Shortest user name, in bytes (which are characters: names are ASCII).</summary>
    public const int MinUserNameBytes = 3;

    /// <summary>Longest user name, in bytes.</summary>
    public const int MaxUserNameBytes = 32;

    /// <summary>Shortest password, in Unicode code points.</summary>
    public const int MinPasswordCharacters = 8;

    /// <summary>Messages that HISTORY shows where no limit is given.</summary>
    public const int DefaultHistory = 20;

    /// <summary>Messages that HISTORY shows at most; larger limits are clamped to it.</summary>
    public const int MaxHistory = 200;
}
