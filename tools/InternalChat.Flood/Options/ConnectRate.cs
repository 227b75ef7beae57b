namespace InternalChat.Flood.Options;

/// <summary>How fast connections are made before the load.</summary>
/// <param name="PerSecond">Their turns.</param>
/// <param name="Jitter">How much later than its turn each is at the most; how much is random.</param>
internal sealed record ConnectRate(double PerSecond, TimeSpan Jitter);
