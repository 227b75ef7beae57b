namespace InternalChat.Server.Logging;

/// <summary>The level from which on lines are logged: the one place that says so. Any thread may set it while the server runs.</summary>
internal sealed class LogLevelSwitch(LogLevel level)
{
    private volatile LogLevel _level = level;

    public LogLevel Level
    {
        get => _level;
        set => _level = value;
    }

    public bool Allows(LogLevel level) => level >= _level;
}
