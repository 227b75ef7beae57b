namespace InternalChat.Protocol;

/// <summary>Every word of the wire, once.</summary>
internal static class WireTokens
{
    // Client to server
    internal static ReadOnlySpan<byte> Hello => "HELLO"u8;
    internal static ReadOnlySpan<byte> Auth => "AUTH"u8;
    internal static ReadOnlySpan<byte> Msg => "MSG"u8;
    internal static ReadOnlySpan<byte> List => "LIST"u8;
    internal static ReadOnlySpan<byte> History => "HISTORY"u8;
    internal static ReadOnlySpan<byte> Read => "READ"u8;
    internal static ReadOnlySpan<byte> Block => "BLOCK"u8;
    internal static ReadOnlySpan<byte> Unblock => "UNBLOCK"u8;
    internal static ReadOnlySpan<byte> Ping => "PING"u8;
    internal static ReadOnlySpan<byte> Quit => "QUIT"u8;

    // Server to client
    internal static ReadOnlySpan<byte> Ok => "OK"u8;
    internal static ReadOnlySpan<byte> Error => "ERROR"u8;
    internal static ReadOnlySpan<byte> Info => "INFO"u8;
    internal static ReadOnlySpan<byte> From => "FROM"u8;
    internal static ReadOnlySpan<byte> Delivered => "DELIVERED"u8;
    internal static ReadOnlySpan<byte> Pong => "PONG"u8;

    // What follows OK
    internal static ReadOnlySpan<byte> OkHello => "hello"u8;
    internal static ReadOnlySpan<byte> OkRegistered => "registered"u8;
    internal static ReadOnlySpan<byte> OkAuthenticated => "authenticated"u8;
    internal static ReadOnlySpan<byte> OkQueued => "queued"u8;
    internal static ReadOnlySpan<byte> OkRead => "read"u8;
    internal static ReadOnlySpan<byte> OkBlocked => "blocked"u8;
    internal static ReadOnlySpan<byte> OkUnblocked => "unblocked"u8;
    internal static ReadOnlySpan<byte> OkBye => "bye"u8;

    // What follows INFO
    internal static ReadOnlySpan<byte> InfoOnline => "online:"u8;
    internal static ReadOnlySpan<byte> InfoKnown => "known:"u8;
    internal static ReadOnlySpan<byte> InfoHistoryCount => "history_count"u8;
    internal static ReadOnlySpan<byte> InfoHistory => "history"u8;
    internal static ReadOnlySpan<byte> InfoUserOnline => "user_online"u8;
    internal static ReadOnlySpan<byte> InfoUserOffline => "user_offline"u8;
    internal static ReadOnlySpan<byte> InfoServerShutdown => "server_shutdown"u8;
    internal static ReadOnlySpan<byte> InfoNotice => "notice"u8;

    internal static ReadOnlySpan<byte> NameSeparator => ", "u8;
}
