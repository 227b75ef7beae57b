using InternalChat.Server.Administration.Contract;
using InternalChat.Storage.Sqlite;

namespace InternalChat.Server.Administration.Hosting;

/// <summary>What retention removes, and what of it waits for somebody to confirm it.</summary>
internal sealed class RetentionRoute(ChatDatabase database)
{
    public void AddTo(RouteTable routes)
    {
        routes.MapLook("/v1/retention", ReplyAsync);
        routes.MapPost("/v1/retention", "retention", ConfirmAsync);
    }

    private async Task ConfirmAsync(HttpContext context)
    {
        var request = await Requests.ReadAsync(context, AdministrationJson.Default.RetentionRequest);
        if (database.RetentionStatus.Cutoff is not { } latest)
            throw new RequestRefusedException(409, "retention_off", "Retention is off: messages are kept for ever.");
        var cutoff = request.Cutoff ?? throw Requests.BadRequest("cutoff is missing: what is dated before it goes.");
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
            AdministrationJson.Default.RetentionReply);
    }
}
