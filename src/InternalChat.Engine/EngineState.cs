namespace InternalChat.Engine;

/// <summary>What an engine does with connections.</summary>
public enum EngineState
{
    /// <summary>It takes new ones.</summary>
    Serving,

    /// <summary>It takes no new ones, and those that it has are told to leave over a time.</summary>
    Draining,

    /// <summary>All are told to leave.</summary>
    Stopping,
}
