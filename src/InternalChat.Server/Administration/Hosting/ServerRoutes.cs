using System.Diagnostics;
using InternalChat.Engine;
using InternalChat.Server.Administration.Contract;

namespace InternalChat.Server.Administration.Hosting;

/// <summary>The server as a whole.</summary>
internal sealed class ServerRoutes(
    ChatEngine engine, EngineOptions options, string databasePath, ServerDrain drain)
{
    private const double LongestDrainSeconds = 86_400;

    public void AddTo(RouteTable routes)
    {
        routes.MapLook("/v1/status", StatusAsync);
        routes.MapPost("/v1/drain", "drain", DrainAsync);
    }

    private Task StatusAsync(HttpContext context)
    {
        using var process = Process.GetCurrentProcess();
        var sessions = engine.Sessions.Count();
        return context.Response.WriteAsJsonAsync(
            new ServerStatus(
                Words.Of(engine.State),
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
            AdministrationJson.Default.ServerStatus);
    }

    private async Task DrainAsync(HttpContext context)
    {
        var request = await Requests.ReadAsync(context, AdministrationJson.Default.DrainRequest);
        if (request.OverSeconds is not (>= 0 and <= LongestDrainSeconds))
            throw Requests.BadRequest($"over_seconds is a number from 0 to {LongestDrainSeconds}.");
        AdministrationAudit.About(context, $"over {request.OverSeconds} s");
        if (drain.TryBegin(TimeSpan.FromSeconds(request.OverSeconds.Value)) is not { } connections)
            throw new RequestRefusedException(409, "already_draining", "The server drains already, or stops.");
        context.Response.StatusCode = StatusCodes.Status202Accepted;
        await context.Response.WriteAsJsonAsync(
            new DrainReply(connections, request.OverSeconds.Value), AdministrationJson.Default.DrainReply);
    }
}
