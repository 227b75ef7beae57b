using System.Diagnostics;
using System.Text.Json.Serialization;
using InternalChat.Engine;
using InternalChat.Engine.Administration;
using InternalChat.Engine.Options;
using InternalChat.Server.Administration.Http;
using InternalChat.Server.Hosting;
using InternalChat.Server.Logging;
using InternalChat.Server.Runtime;

namespace InternalChat.Server.Administration.Server;

/// <summary>The server as a whole.</summary>
internal sealed class ServerRoutes(
    ChatEngine engine, EngineOptions options, string databasePath, ServerDrain drain, Func<ReloadOutcome> reload, LogLevelSwitch level)
{
    private const double LongestDrainSeconds = 86_400;

    public void AddTo(RouteTable routes)
    {
        routes.MapLook("/v1/status", StatusAsync);
        routes.MapPost("/v1/notice", "notice", NotifyAsync);
        routes.MapPost("/v1/reload", "reload", ReloadAsync);
        routes.MapPost("/v1/drain", "drain", DrainAsync);
        routes.MapLook("/v1/log-level", ReplyLogLevelAsync);
        routes.MapPut("/v1/log-level", "log level", SetLogLevelAsync);
    }

    private Task StatusAsync(HttpContext context)
    {
        using var process = Process.GetCurrentProcess();
        var sessions = engine.Sessions.Count();
        return context.Response.WriteAsJsonAsync(
            new ServerStatus(
                ContractValues.Word(engine.State),
                ThisProcess.Version,
                Environment.ProcessId,
                process.StartTime.ToUniversalTime(),
                (long)(DateTime.UtcNow - process.StartTime.ToUniversalTime()).TotalSeconds,
                Path.GetFullPath(databasePath),
                engine.ConnectionCount,
                sessions.Live,
                sessions.CatchingUp,
                engine.QueuedOperations,
                options.QueueCapacity,
                process.WorkingSet64),
            ServerJson.Default.ServerStatus);
    }

    private async Task NotifyAsync(HttpContext context)
    {
        var request = await RequestReader.ReadAsync(context, ServerJson.Default.NoticeRequest);
        if (!NoticeText.TryParse(request.Text, out var text))
            throw new RequestRefusedException(400, "invalid_notice", NoticeText.Rule);
        var told = engine.Sessions.Notify(text);
        await context.Response.WriteAsJsonAsync(new NoticeReply(told), ServerJson.Default.NoticeReply);
    }

    private Task ReloadAsync(HttpContext context)
    {
        var outcome = reload();
        if (outcome.Refusal is { } refusal)
            throw new RequestRefusedException(409, "settings_refused", $"Nothing was changed: {refusal}");
        return context.Response.WriteAsJsonAsync(outcome, ServerJson.Default.ReloadOutcome);
    }

    private async Task DrainAsync(HttpContext context)
    {
        var request = await RequestReader.ReadAsync(context, ServerJson.Default.DrainRequest);
        if (request.OverSeconds is not (>= 0 and <= LongestDrainSeconds))
            throw RequestReader.BadRequest($"over_seconds is a number from 0 to {LongestDrainSeconds}.");
        AdministrationAudit.About(context, $"over {request.OverSeconds} s");
        if (drain.TryBegin(TimeSpan.FromSeconds(request.OverSeconds.Value)) is not { } connections)
            throw new RequestRefusedException(409, "already_draining", "The server drains already, or stops.");
        context.Response.StatusCode = StatusCodes.Status202Accepted;
        await context.Response.WriteAsJsonAsync(
            new DrainReply(connections, request.OverSeconds.Value), ServerJson.Default.DrainReply);
    }

    private async Task SetLogLevelAsync(HttpContext context)
    {
        var request = await RequestReader.ReadAsync(context, ServerJson.Default.LogLevelMessage);
        var asked = LogLevels.Parse(request.Level)
            ?? throw new RequestRefusedException(
                400, "invalid_level", $"'{request.Level}' is not one of {string.Join(", ", LogLevels.All)}.");
        AdministrationAudit.About(context, ContractValues.Word(asked));
        level.Level = asked;
        await ReplyLogLevelAsync(context);
    }

    private Task ReplyLogLevelAsync(HttpContext context) => context.Response.WriteAsJsonAsync(
        new LogLevelMessage(ContractValues.Word(level.Level)), ServerJson.Default.LogLevelMessage);
}

/// <summary>How a server fares.</summary>
/// <param name="State"><c>serving</c>, <c>draining</c> or <c>stopping</c>.</param>
/// <param name="Version">The program's.</param>
/// <param name="ProcessId">Its process.</param>
/// <param name="StartedAt">UTC.</param>
/// <param name="UptimeSeconds">Since then.</param>
/// <param name="Database">Full path of the file.</param>
/// <param name="Connections">In any phase.</param>
/// <param name="SessionsLive">Users who get their messages as they come.</param>
/// <param name="SessionsCatchingUp">Users who are brought what they have missed, or read slowly.</param>
/// <param name="QueuedOperations">Waiting for the writer.</param>
/// <param name="QueueCapacity">Of these so many may wait.</param>
/// <param name="MemoryBytes">Resident.</param>
internal sealed record ServerStatus(
    string State, string Version, int ProcessId, DateTime StartedAt, long UptimeSeconds, string Database, int Connections, int SessionsLive,
    int SessionsCatchingUp, int QueuedOperations, int QueueCapacity, long MemoryBytes);

/// <summary>Asks to say something to everybody.</summary>
internal sealed record NoticeRequest(string? Text);

/// <summary>How many were told.</summary>
internal sealed record NoticeReply(int Told);

/// <summary>From which level on lines are logged: <c>trace</c> to <c>critical</c>.</summary>
internal sealed record LogLevelMessage(string? Level);

/// <summary>Asks to empty the server and stop it.</summary>
/// <param name="OverSeconds">How long that takes; 0 for at once.</param>
internal sealed record DrainRequest(double? OverSeconds);

/// <summary>The drain has begun.</summary>
internal sealed record DrainReply(int Connections, double OverSeconds);

/// <summary>The words for the levels of the log.</summary>
internal static class LogLevels
{
    public static IReadOnlyList<string> All { get; } =
        [.. Enum.GetValues<LogLevel>().Where(static level => level != LogLevel.None).Select(ContractValues.Word)];

    /// <summary>The level; null if the word is none.</summary>
    public static LogLevel? Parse(string? word) =>
        word is not null && All.Contains(word) ? Enum.Parse<LogLevel>(word, ignoreCase: true) : null;
}

/// <summary>The JSON of the server as a whole. Names are added and never changed within <c>/v1</c>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ServerStatus))]
[JsonSerializable(typeof(NoticeRequest))]
[JsonSerializable(typeof(NoticeReply))]
[JsonSerializable(typeof(ReloadOutcome))]
[JsonSerializable(typeof(LogLevelMessage))]
[JsonSerializable(typeof(DrainRequest))]
[JsonSerializable(typeof(DrainReply))]
internal sealed partial class ServerJson : JsonSerializerContext;
