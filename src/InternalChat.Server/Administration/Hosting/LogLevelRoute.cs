using InternalChat.Server.Administration.Contract;
using InternalChat.Server.Logging;

namespace InternalChat.Server.Administration.Hosting;

/// <summary>From which level on lines are logged, until the server ends or is told otherwise.</summary>
internal sealed class LogLevelRoute(LogLevelSwitch level)
{
    public void AddTo(RouteTable routes)
    {
        routes.MapLook("/v1/log-level", ReplyAsync);
        routes.MapPut("/v1/log-level", "log level", SetAsync);
    }

    private async Task SetAsync(HttpContext context)
    {
        var request = await Requests.ReadAsync(context, AdministrationJson.Default.LogLevelMessage);
        var asked = Words.LogLevelOf(request.Level)
            ?? throw new RequestRefusedException(
                400, "invalid_level", $"'{request.Level}' is not one of {string.Join(", ", Words.LogLevels)}.");
        AdministrationAudit.About(context, Words.Of(asked));
        level.Level = asked;
        await ReplyAsync(context);
    }

    private Task ReplyAsync(HttpContext context) => context.Response.WriteAsJsonAsync(
        new LogLevelMessage(Words.Of(level.Level)), AdministrationJson.Default.LogLevelMessage);
}
