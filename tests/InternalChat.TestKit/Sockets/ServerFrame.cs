using System.Globalization;
using System.Text.RegularExpressions;

namespace InternalChat.TestKit.Sockets;

/// <summary>The grammar of the server's lines, written down a second time so that the product's own is not its judge.</summary>
public static partial class ServerFrame
{
    public const int LongestLineBytes = 12_288;

    /// <summary>True where the line is one that the contract lets a server send.</summary>
    public static bool IsLegal(string line) => Grammar().IsMatch(line);

    /// <summary>The id in <c>FROM 7 …</c>, <c>DELIVERED 7</c>, <c>OK queued 7</c> and <c>INFO history 7 …</c>.</summary>
    public static long IdOf(string line)
    {
        var words = line.Split(' ', 4);
        var word = words[0] is "OK" or "INFO" ? words[2] : words[1];
        return long.Parse(word, NumberStyles.None, CultureInfo.InvariantCulture);
    }

    /// <summary>The sender in <c>FROM 7 alice 1700000000 hello</c>.</summary>
    public static string SenderOf(string from) => from.Split(' ', 5)[2];

    /// <summary>The body, byte for byte, of a FROM or INFO history line.</summary>
    public static string BodyOf(string line) =>
        line.StartsWith("FROM ", StringComparison.Ordinal) ? line.Split(' ', 5)[4] : line.Split(' ', 6)[5];

    public static long TimestampOf(string line)
    {
        var words = line.Split(' ', 6);
        return long.Parse(words[0] == "FROM" ? words[3] : words[4], NumberStyles.None, CultureInfo.InvariantCulture);
    }

    public static bool IsFrom(string line) => line.StartsWith("FROM ", StringComparison.Ordinal);

    public static bool IsDelivered(string line) => line.StartsWith("DELIVERED ", StringComparison.Ordinal);

    public static bool IsQueued(string line) => line.StartsWith("OK queued ", StringComparison.Ordinal);

    /// <summary>Lines that the server sends by itself; a DELIVERED is one or not depending on what was queued before.</summary>
    public static bool IsAlwaysPushed(string line) => Pushed().IsMatch(line);

    [GeneratedRegex(@"\A(FROM |READ |INFO (user_online|user_offline|notice) |INFO server_shutdown\z)", RegexOptions.CultureInvariant)]
    private static partial Regex Pushed();

    [GeneratedRegex(
        """
        \A(?:
          PONG
        | OK\ (?:hello|registered|authenticated|bye|queued\ [1-9][0-9]*|read\ [1-9][0-9]*|(?:un)?blocked\ (?'n'[A-Za-z0-9_.-]{3,32}))
        | DELIVERED\ [1-9][0-9]*
        | READ\ [1-9][0-9]*\ [A-Za-z0-9_.-]{3,32}
        | FROM\ [1-9][0-9]*\ [A-Za-z0-9_.-]{3,32}\ [0-9]+\ .+
        | INFO\ history_count\ [0-9]+
        | INFO\ history\ [1-9][0-9]*\ [A-Za-z0-9_.-]{3,32}\ [0-9]+\ .+
        | INFO\ (?:online|known):\ [A-Za-z0-9_.-]{3,32}(?:,\ [A-Za-z0-9_.-]{3,32})*
        | INFO\ user_(?:online|offline)\ [A-Za-z0-9_.-]{3,32}
        | INFO\ server_shutdown
        | INFO\ notice\ .+
        | ERROR\ (?:BAD_REQUEST|BAD_VERSION|NOT_AUTHENTICATED|ALREADY_AUTHENTICATED|INVALID_USERNAME|WEAK_PASSWORD|AUTH_FAILED
            |ALREADY_CONNECTED|INVALID_TARGET|UNKNOWN_TARGET|BLOCKED|MAILBOX_FULL|MESSAGE_TOO_LONG|RATE_LIMIT|UNKNOWN_MESSAGE
            |FORBIDDEN|STORAGE|TIMEOUT|SERVER_FULL|BUSY|AUTH_THROTTLED|REGISTRATION_CLOSED|SUSPENDED|SLOW_CONSUMER)\ \S.*
        )\z
        """,
        RegexOptions.IgnorePatternWhitespace | RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex Grammar();
}
