using InternalChat.Client;

namespace InternalChat.Flood.Connections;

/// <summary>The server and the accounts that a load uses.</summary>
/// <param name="Routes">At least one; connections take them in turn.</param>
/// <param name="AccountsPrefix">First part of the names of the accounts.</param>
/// <param name="Password">Of all these accounts.</param>
internal sealed record Target(IReadOnlyList<ChatServerAddress> Routes, string AccountsPrefix, string Password)
{
    /// <summary>Null for as fast as they get in.</summary>
    internal ConnectRate? ConnectRate { get; init; }

    /// <summary>For people: where the servers are.</summary>
    internal string Address => string.Join(", ", Routes.Select(route => route.ToString()).Distinct());
}

/// <summary>How fast connections are made before the load.</summary>
/// <param name="PerSecond">Their turns.</param>
/// <param name="Jitter">How much later than its turn each is at the most; how much is random.</param>
internal sealed record ConnectRate(double PerSecond, TimeSpan Jitter);
