namespace InternalChat.Simulation.Tests.Stores;

/// <summary>What a crash leaves: the committed tables, and what was written behind until then.</summary>
internal sealed class Disk
{
    /// <summary>All that is committed. Readers see it.</summary>
    public Tables Committed { get; } = new();

    /// <summary>How far each account has its messages, as last written.</summary>
    public Dictionary<long, long> DeliveredThrough { get; } = [];

    /// <summary>When accounts logged in from networks, as last written.</summary>
    public Dictionary<(long AccountId, long Mark), long> Networks { get; } = [];
}
