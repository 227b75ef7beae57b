using InternalChat.Engine;
using InternalChat.Engine.Administration;
using InternalChat.Storage;

namespace InternalChat.Server.Administration.Contract;

/// <summary>The words of states, which stay when our own names for them change.</summary>
internal static class Words
{
    /// <summary>Every level of the log.</summary>
    public static IReadOnlyList<string> LogLevels { get; } =
        [.. Enum.GetValues<LogLevel>().Where(static level => level != LogLevel.None).Select(Of)];

    /// <summary>A moment. What the original wrote was not checked: a time that no calendar has becomes its nearest.</summary>
    public static DateTime Time(long unixSeconds) => DateTimeOffset.FromUnixTimeSeconds(Math.Clamp(
        unixSeconds, DateTimeOffset.MinValue.ToUnixTimeSeconds(), DateTimeOffset.MaxValue.ToUnixTimeSeconds())).UtcDateTime;

    public static string Of(LogLevel level) => level.ToString().ToLowerInvariant();

    /// <summary>The level; null where the word is none.</summary>
    public static LogLevel? LogLevelOf(string? word) =>
        word is not null && LogLevels.Contains(word) ? Enum.Parse<LogLevel>(word, ignoreCase: true) : null;

    public static string Of(EngineState state) => state switch
    {
        EngineState.Serving => "serving",
        EngineState.Draining => "draining",
        _ => "stopping",
    };

    public static string Of(SessionState state) => state switch
    {
        SessionState.Live => "live",
        SessionState.CatchingUp => "catching_up",
        _ => "closing",
    };

    public static string Of(AccountStatus status) => status switch
    {
        AccountStatus.Active => "active",
        AccountStatus.Suspended => "suspended",
        _ => "deleted",
    };
}
