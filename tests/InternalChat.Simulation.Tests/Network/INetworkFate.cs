using InternalChat.Simulation.Tests.Clients;

namespace InternalChat.Simulation.Tests.Network;

/// <summary>What happens to bytes on their way: chosen by the seed.</summary>
internal interface INetworkFate
{
    Random Random { get; }

    TimeProvider Time { get; }

    /// <summary>The network does no harm any more, and is fast.</summary>
    bool IsHealed { get; }

    Moment NextMoment();

    bool Chance(double probability);

    /// <summary>A place in which other threads may be faster; the caller holds no lock.</summary>
    void MayBePreempted();

    /// <summary>As a step of its own.</summary>
    void Later(Action action);

    /// <summary>After some time.</summary>
    void After(TimeSpan time, Action action);

    void Fail(string rule, string what);
}

/// <summary>The peer's end of a connection.</summary>
internal interface IPeer
{
    void Received(ReadOnlySpan<byte> bytes);

    /// <summary>Nothing comes any more.</summary>
    /// <param name="inOrder">All that the server had written has come before; otherwise the connection is broken.</param>
    void Ended(bool inOrder);
}
