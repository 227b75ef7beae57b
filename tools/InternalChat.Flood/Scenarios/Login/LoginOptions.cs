using InternalChat.Flood.Measurement;
using InternalChat.Flood.Scenarios.Message;

namespace InternalChat.Flood.Scenarios.Login;

/// <summary>What <see cref="LoginScenario"/> and <see cref="ComeAndGoScenario"/> are to do.</summary>
/// <param name="Users">How many log in.</param>
/// <param name="Rate">Logins over all of them; null for all at once, or each as often as it can where they leave again.</param>
/// <param name="SideChat">Other users who chat meanwhile; null for none.</param>
internal sealed record LoginOptions(int Users, SendRate? Rate, MessageOptions? SideChat)
{
    /// <summary>For people.</summary>
    internal string Pace => Rate is null ? " at once" : $" at {Rate}";
}
