namespace InternalChat.Protocol;

/// <summary>What the wire says for each <see cref="ErrorCode"/>.</summary>
public static class WireErrors
{
    // Indexed by the enum's value.
    private static readonly (byte[] Code, byte[] Reason)[] Table =
    [
        Row("UNKNOWN"u8, "unknown error"u8),
        Row("BAD_REQUEST"u8, "malformed line"u8),
        Row("BAD_VERSION"u8, "this server speaks version 1"u8),
        Row("NOT_AUTHENTICATED"u8, "authenticate first"u8),
        Row("ALREADY_AUTHENTICATED"u8, "this connection has authenticated"u8),
        Row("INVALID_USERNAME"u8, "a user name is 3 to 32 of A-Z a-z 0-9 _ . -"u8),
        Row("WEAK_PASSWORD"u8, "a password has at least 8 characters"u8),
        Row("AUTH_FAILED"u8, "wrong user name or password"u8),
        Row("ALREADY_CONNECTED"u8, "this user is connected elsewhere"u8),
        Row("INVALID_TARGET"u8, "not a possible target"u8),
        Row("UNKNOWN_TARGET"u8, "no such user"u8),
        Row("BLOCKED"u8, "the recipient does not accept messages from you"u8),
        Row("MAILBOX_FULL"u8, "the recipient is away and too many messages from you wait already"u8),
        Row("MESSAGE_TOO_LONG"u8, "a message has at most 4096 bytes"u8),
        Row("RATE_LIMIT"u8, "too many messages, slow down"u8),
        Row("UNKNOWN_MESSAGE"u8, "no such message"u8),
        Row("FORBIDDEN"u8, "only the recipient may do this"u8),
        Row("STORAGE"u8, "not stored, try again"u8),
        Row("TIMEOUT"u8, "no authentication in time"u8),
        Row("SERVER_FULL"u8, "too many connections"u8),
        Row("BUSY"u8, "too many logins are waiting, try again"u8),
        Row("AUTH_THROTTLED"u8, "too many failed logins, try again in a minute"u8),
        Row("REGISTRATION_CLOSED"u8, "the operator creates accounts"u8),
        Row("SUSPENDED"u8, "the operator closed this account"u8),
        Row("SLOW_CONSUMER"u8, "you do not read; your messages are kept"u8),
    ];

    /// <summary>The code as it stands on the wire.</summary>
    public static ReadOnlySpan<byte> Code(ErrorCode code) => Table[(int)code].Code;

    /// <summary>The sentence that goes with the code where nothing more precise is known.</summary>
    public static ReadOnlySpan<byte> Reason(ErrorCode code) => Table[(int)code].Reason;

    /// <summary>The code that a word on the wire stands for; <see cref="ErrorCode.Unknown"/> for words of later versions.</summary>
    public static ErrorCode Parse(ReadOnlySpan<byte> word)
    {
        for (var i = 1; i < Table.Length; i++)
        {
            if (word.SequenceEqual(Table[i].Code))
                return (ErrorCode)i;
        }

        return ErrorCode.Unknown;
    }

    private static (byte[] Code, byte[] Reason) Row(ReadOnlySpan<byte> code, ReadOnlySpan<byte> reason) =>
        (code.ToArray(), reason.ToArray());
}
