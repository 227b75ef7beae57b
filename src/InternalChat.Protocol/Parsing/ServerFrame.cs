namespace InternalChat.Protocol.Parsing;

/// <summary>What a line from the server is.</summary>
public enum ServerFrameKind
{
    /// <summary>A line that this version does not know; <see cref="ServerFrame.Text"/> is the whole line.</summary>
    Unknown,

    /// <summary><c>OK &lt;message&gt;</c> other than the kinds below; <see cref="ServerFrame.Text"/> is the message.</summary>
    Ok,

    /// <summary><c>OK queued &lt;id&gt;</c></summary>
    OkQueued,

    /// <summary><c>OK read &lt;id&gt;</c></summary>
    OkRead,

    /// <summary><c>ERROR &lt;code&gt; &lt;reason&gt;</c></summary>
    Error,

    /// <summary><c>PONG</c></summary>
    Pong,

    /// <summary><c>FROM &lt;id&gt; &lt;sender&gt; &lt;timestamp&gt; &lt;body&gt;</c></summary>
    From,

    /// <summary><c>DELIVERED &lt;id&gt;</c></summary>
    Delivered,

    /// <summary><c>READ &lt;id&gt; &lt;username&gt;</c></summary>
    Read,

    /// <summary><c>INFO online: …</c>; <see cref="ServerFrame.Text"/> is the names, joined by <c>", "</c>.</summary>
    Online,

    /// <summary><c>INFO known: …</c>; <see cref="ServerFrame.Text"/> is the names, joined by <c>", "</c>.</summary>
    Known,

    /// <summary><c>INFO history_count &lt;n&gt;</c>; <see cref="ServerFrame.Id"/> is n.</summary>
    HistoryCount,

    /// <summary><c>INFO history &lt;id&gt; &lt;sender&gt; &lt;timestamp&gt; &lt;body&gt;</c></summary>
    History,

    /// <summary><c>INFO user_online &lt;name&gt;</c></summary>
    UserOnline,

    /// <summary><c>INFO user_offline &lt;name&gt;</c></summary>
    UserOffline,

    /// <summary><c>INFO server_shutdown</c></summary>
    ServerShutdown,

    /// <summary><c>INFO notice &lt;text&gt;</c></summary>
    Notice,

    /// <summary>Any other <c>INFO &lt;message&gt;</c>; <see cref="ServerFrame.Text"/> is the message.</summary>
    Info,
}

/// <summary>One line from the server. It points into the receive buffer and cannot be kept across an await.</summary>
public readonly ref struct ServerFrame
{
    /// <summary>What the line is; it tells which of the other members are set.</summary>
    public ServerFrameKind Kind { get; init; }

    /// <summary>The message id, or the count of <see cref="ServerFrameKind.HistoryCount"/>.</summary>
    public long Id { get; init; }

    /// <summary>The user that the line names, as bytes: sender, reader, or who came and went.</summary>
    public ReadOnlySpan<byte> Name { get; init; }

    /// <summary>When the message was accepted, in Unix seconds, UTC.</summary>
    public long Timestamp { get; init; }

    /// <summary>The message's body, the error's reason, what follows OK or INFO, or the whole of a line that is not known.</summary>
    public ReadOnlySpan<byte> Text { get; init; }

    /// <summary>The code of <see cref="ServerFrameKind.Error"/>.</summary>
    public ErrorCode Error { get; init; }
}
