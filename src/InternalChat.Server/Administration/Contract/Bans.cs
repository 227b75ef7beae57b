namespace InternalChat.Server.Administration.Contract;

/// <summary>Asks to ban a network.</summary>
/// <param name="Network">An address or a network, of IPv4 or IPv6.</param>
/// <param name="ForSeconds">How long; null for ever.</param>
internal sealed record BanRequest(string? Network, double? ForSeconds);

/// <summary>A ban was added or removed.</summary>
/// <param name="Network">What is banned, or was: of IPv6 never less than 64 bits.</param>
/// <param name="Closed">Connections from there that were told to leave.</param>
internal sealed record BanReply(string Network, int Closed);

/// <summary>Every ban.</summary>
/// <param name="Bans">The latest first.</param>
internal sealed record BanList(IReadOnlyList<BanEntry> Bans);

/// <summary>One ban.</summary>
/// <param name="Network">From where nobody may connect.</param>
/// <param name="Since">UTC.</param>
/// <param name="Until">UTC; null where it has no end, as in the next.</param>
/// <param name="RemainingSeconds">So long it goes on.</param>
internal sealed record BanEntry(string Network, DateTime Since, DateTime? Until, long? RemainingSeconds);
