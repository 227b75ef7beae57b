using InternalChat.Flood.Measurement;
using InternalChat.Flood.Scenarios.Presence;

namespace InternalChat.Flood.Scenarios.Mixed;

/// <summary>A day in an office: who is there, and what they do.</summary>
internal sealed record MixedOptions
{
    internal required OfficeUsers Users { get; init; }

    internal required OfficeShares Shares { get; init; }

    /// <summary>Commands over all users, but for PINGs and logins.</summary>
    internal required SendRate Rate { get; init; }

    /// <summary>How uneven the choice of recipients is, by Zipf's law.</summary>
    internal required double ZipfExponent { get; init; }

    internal required int BodyBytes { get; init; }

    /// <summary>Between two PINGs of an idle user.</summary>
    internal required TimeSpan PingInterval { get; init; }

    /// <summary>From one coming of a user who comes and goes, or is away, to the next.</summary>
    internal required TimeSpan ReturnInterval { get; init; }

    internal required PresenceExpectation Expected { get; init; }
}

/// <summary>Parts of a whole, from 0 to 1.</summary>
internal sealed record OfficeShares
{
    /// <summary>Of the users: those who only stay online, hear of others and PING.</summary>
    internal required double Idle { get; init; }

    /// <summary>Of the users: those who come and go.</summary>
    internal required double Churn { get; init; }

    /// <summary>Of the commands: messages to users who are away but for short visits.</summary>
    internal required double Away { get; init; }

    /// <summary>Of the commands: HISTORY.</summary>
    internal required double History { get; init; }

    /// <summary>Of the commands: LIST.</summary>
    internal required double List { get; init; }

    /// <summary>Of the commands: messages to users who do not read until the load has ended.</summary>
    internal required double Slow { get; init; }

    /// <summary>Of the messages between those who are there: answered with READ.</summary>
    internal required double Read { get; init; }

    /// <summary>Of the commands: messages between those who are there.</summary>
    internal double Chat => 1 - Away - History - List - Slow;
}
