using System.Text.Json.Serialization;
using InternalChat.Server.Administration.Http;
using InternalChat.Storage.Sqlite;

namespace InternalChat.Server.Administration.Database;

/// <summary>What retention removes, and what of it waits for somebody to confirm it.</summary>
internal sealed class RetentionRoutes(ChatDatabase database)
{
    public void AddTo(RouteTable routes)
    {
        routes.MapLook("/v1/retention", ReplyAsync);
        routes.MapPost("/v1/retention", "retention", ConfirmAsync);
    }

    private async Task ConfirmAsync(HttpContext context)
    {
        var request = await RequestReader.ReadAsync(context, RetentionJson.Default.RetentionRequest);
        if (database.RetentionStatus.Cutoff is not { } latest)
            throw new RequestRefusedException(409, "retention_off", "Retention is off: messages are kept for ever.");
        var cutoff = request.Cutoff ?? throw RequestReader.BadRequest("cutoff is missing: what is dated before it goes.");
        AdministrationAudit.About(context, $"of what is dated before {cutoff:u}");
        if (cutoff > latest)
        {
            throw new RequestRefusedException(
                409, "cutoff_too_late", $"By the limit and the clock, what is dated from {latest:u} on stays.");
        }

        database.ConfirmRetention(cutoff);
        context.Response.StatusCode = StatusCodes.Status202Accepted;
        await ReplyAsync(context);
    }

    private Task ReplyAsync(HttpContext context)
    {
        var status = database.RetentionStatus;
        return context.Response.WriteAsJsonAsync(
            new RetentionReply(
                (long?)status.Limit?.TotalSeconds, status.Cutoff?.UtcDateTime, status.Permitted?.UtcDateTime,
                status.Waiting is { } waiting
                    ? new WaitingRetention(
                        waiting.Cutoff.UtcDateTime, waiting.Messages, waiting.Undelivered, (long)waiting.Remaining.TotalSeconds)
                    : null),
            RetentionJson.Default.RetentionReply);
    }
}

/// <summary>How the removal of old messages stands.</summary>
/// <param name="LimitSeconds">How old a message may become; null where retention is off, as in the next.</param>
/// <param name="Cutoff">What is dated before it is older than that now. UTC, as are all times.</param>
/// <param name="Permitted">What is dated before it may be removed; null as long as nothing was ever permitted.</param>
/// <param name="Waiting">What is too old and waits; null where nothing does.</param>
internal sealed record RetentionReply(long? LimitSeconds, DateTime? Cutoff, DateTime? Permitted, WaitingRetention? Waiting);

/// <summary>Messages that would go at once and wait, because the clock or the setting may be wrong.</summary>
/// <param name="Cutoff">What is dated before it would go.</param>
/// <param name="Messages">How many that were when they were counted.</param>
/// <param name="Undelivered">How many of them nobody ever got.</param>
/// <param name="RemainingSeconds">So long the server has to run until they go.</param>
internal sealed record WaitingRetention(DateTime Cutoff, long Messages, long Undelivered, long RemainingSeconds);

/// <summary>Confirms that messages go.</summary>
/// <param name="Cutoff">Those that are dated before it.</param>
internal sealed record RetentionRequest(DateTimeOffset? Cutoff);

/// <summary>The JSON of retention. Names are added and never changed within <c>/v1</c>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(RetentionReply))]
[JsonSerializable(typeof(RetentionRequest))]
internal sealed partial class RetentionJson : JsonSerializerContext;
