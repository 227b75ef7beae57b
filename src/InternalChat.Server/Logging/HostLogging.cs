namespace InternalChat.Server.Logging;

/// <summary>What the hosts of the web framework may log, and where.</summary>
internal static class HostLogging
{
    /// <summary>
    /// Lets a host log where the program does: warnings, and nothing of a start that failed, which the program says in one line.
    /// </summary>
    public static void Configure(ILoggingBuilder builder, ILoggerFactory target)
    {
        builder.AddProvider(new ForwardingLoggerProvider(target));
        builder.SetMinimumLevel(LogLevel.Trace);
        builder.AddFilter("Microsoft", LogLevel.Warning);
        builder.AddFilter("Microsoft.AspNetCore.Server.Kestrel", LogLevel.None);
        builder.AddFilter("Microsoft.AspNetCore.Server.Kestrel.", LogLevel.Warning);
        builder.AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);
    }
}

/// <summary>Lets the host log where the program does, without owning it.</summary>
internal sealed class ForwardingLoggerProvider(ILoggerFactory target) : ILoggerProvider
{
    public ILogger CreateLogger(string categoryName) => target.CreateLogger(categoryName);

    public void Dispose()
    {
    }
}
