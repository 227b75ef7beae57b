using System.Net;

namespace InternalChat.Server.Network.Bans;

/// <summary>A network from which nobody may connect.</summary>
/// <param name="Network">An IPv6 one has a prefix of 64 bits or less.</param>
/// <param name="Since">When it was banned, by the clock of that moment. UTC, as is the next.</param>
/// <param name="Until">When that ends if the clock is right; null for never.</param>
/// <param name="Remaining">So long it still goes on, measured by a clock that nobody sets; null for ever.</param>
internal sealed record Ban(IPNetwork Network, DateTime Since, DateTime? Until, TimeSpan? Remaining);
