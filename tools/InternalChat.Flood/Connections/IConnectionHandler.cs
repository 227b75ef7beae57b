using InternalChat.Client;

namespace InternalChat.Flood.Connections;

/// <summary>
/// What a client does with what arrives. It knows frames; how bytes get to it and away is <see cref="LoadConnection"/>'s business.
/// One thread at a time.
/// </summary>
internal interface IConnectionHandler : IFrameReceiver
{
    /// <summary>Called once before the first frame, and then whenever all frames that were there have been handed over.</summary>
    /// <returns>True where this handler has appended lines, which are then sent.</returns>
    bool OnDrained();
}
