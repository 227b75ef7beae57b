namespace InternalChat.Server.Logging;

/// <summary>The values of --log-format.</summary>
internal enum LogFormat
{
    /// <summary>For people: time, level, event id and message; coloured on a terminal.</summary>
    Text,

    /// <summary>For programs: an object a line.</summary>
    Json,
}
