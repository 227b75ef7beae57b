using InternalChat.Flood.Measurement;
using InternalChat.Flood.Scenarios.Message;

namespace InternalChat.Flood.Scenarios.Presence;

/// <summary>What <see cref="PresenceScenario"/> is to do.</summary>
/// <param name="Watchers">Users who stay online.</param>
/// <param name="Churners">Users who log in and out, half of them online at a time.</param>
/// <param name="Logins">Over all churners, and as many logouts; null where there are none.</param>
/// <param name="PingInterval">Between two PINGs of a watcher; zero for none.</param>
/// <param name="Expected">What the server is set to.</param>
/// <param name="SideChat">Other users who chat meanwhile; null for none.</param>
internal sealed record PresenceOptions(
    int Watchers, int Churners, SendRate? Logins, TimeSpan PingInterval, PresenceExpectation Expected, MessageOptions? SideChat);

/// <summary>Who is to hear of users coming and going.</summary>
internal enum PresenceExpectation
{
    /// <summary>Everybody who is online.</summary>
    All,

    /// <summary>Nobody.</summary>
    None,
}
