namespace InternalChat.Flood.Measurement;

/// <summary>
/// What is counted over time. All but <see cref="Connections"/> only grow. <see cref="Counters"/> has their names in reports.
/// </summary>
internal enum Counter
{
    /// <summary>Messages sent.</summary>
    Sent,

    /// <summary>Messages answered with OK queued or DELIVERED.</summary>
    Acknowledged,

    /// <summary>Messages that arrived at their recipients.</summary>
    Received,

    /// <summary>READs answered.</summary>
    Reads,

    /// <summary>PONGs.</summary>
    Pongs,

    /// <summary>HISTORY commands answered whole.</summary>
    Histories,

    /// <summary>LIST commands answered whole.</summary>
    Lists,

    /// <summary>INFO user_online and user_offline that arrived.</summary>
    PresenceChanges,

    /// <summary>AUTHs that succeeded.</summary>
    Logins,

    /// <summary>Whatever <see cref="ErrorTally"/> has, expected or not.</summary>
    Errors,

    /// <summary>Open at the moment: a level, not a count.</summary>
    Connections,
}

/// <summary>The names of counters, which programs that read reports rely on, and the words for people.</summary>
internal static class Counters
{
    private static readonly (string Name, string One)[] Words =
    [
        ("sent", "message sent"),
        ("acknowledged", "message acknowledged"),
        ("received", "message received"),
        ("reads", "READ"),
        ("pongs", "PONG"),
        ("histories", "HISTORY"),
        ("lists", "LIST"),
        ("presence_changes", "presence change"),
        ("logins", "login"),
        ("errors", "error"),
        ("connections", "connection"),
    ];

    internal static IReadOnlyList<Counter> All { get; } = Enum.GetValues<Counter>();

    /// <summary>Those that have a rate.</summary>
    internal static IReadOnlyList<Counter> Growing { get; } = [.. All.Where(counter => counter != Counter.Connections)];

    internal static string Name(Counter counter) => Words[(int)counter].Name;

    /// <summary>For people: one of what a name counts.</summary>
    internal static string One(string name) => Words.First(words => words.Name == name).One;
}
