namespace InternalChat.Flood.Scenarios.Message;

/// <summary>Who gets the messages.</summary>
internal enum MessageTopology
{
    /// <summary>Each sender has a recipient of its own.</summary>
    Pair,

    /// <summary>All senders have the same recipient.</summary>
    Hot,

    /// <summary>Each message goes to any recipient, to a few of them often and to most seldom.</summary>
    Zipf,

    /// <summary>As <see cref="Pair"/>, but the recipients are logged off until the load has ended.</summary>
    Offline,

    /// <summary>As <see cref="Offline"/>, but the recipients look in now and then: they log in, take what waits, and leave.</summary>
    Away,
}
