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

/// <summary>The names of counters, which programs that read reports rely on.</summary>
internal static class Counters
{
    private static readonly string[] Names =
    [
        "sent", "acknowledged", "received", "reads", "pongs", "histories", "lists", "presence_changes", "logins", "errors", "connections",
    ];

    internal static IReadOnlyList<Counter> All { get; } = Enum.GetValues<Counter>();

    /// <summary>Those that have a rate.</summary>
    internal static IReadOnlyList<Counter> Growing { get; } = [.. All.Where(counter => counter != Counter.Connections)];

    internal static string Name(Counter counter) => Names[(int)counter];
}
