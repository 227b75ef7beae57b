using InternalChat.Engine.Administration;
using InternalChat.Server.Administration.Contract;

namespace InternalChat.Server.Administration.Hosting;

/// <summary>Who is online.</summary>
internal sealed class SessionRoutes(SessionAdministration sessions)
{
    public void AddTo(RouteTable routes)
    {
        routes.MapLook("/v1/sessions", ListAsync);
        routes.MapDelete("/v1/sessions/{user}", "kick", KickAsync);
        routes.MapPost("/v1/notice", "notice", NotifyAsync);
    }

    private Task ListAsync(HttpContext context)
    {
        var after = Requests.After(context) is { } text ? Requests.User(text) : (Protocol.UserName?)null;
        var limit = Requests.Limit(context);
        var page = sessions.List(after, limit + 1);
        return context.Response.WriteAsJsonAsync(
            new SessionPage([.. page.Take(limit).Select(Describe)], page.Count > limit ? page[limit - 1].User : null),
            AdministrationJson.Default.SessionPage);
    }

    private Task KickAsync(HttpContext context)
    {
        var user = Requests.User(context);
        if (!sessions.Kick(user))
            throw new RequestRefusedException(404, "not_connected", $"{user} is not connected.");
        return context.Response.WriteAsJsonAsync(new UserDone(user.ToString()), AdministrationJson.Default.UserDone);
    }

    private async Task NotifyAsync(HttpContext context)
    {
        var request = await Requests.ReadAsync(context, AdministrationJson.Default.NoticeRequest);
        if (!NoticeText.TryParse(request.Text, out var text))
            throw new RequestRefusedException(400, "invalid_notice", NoticeText.Rule);
        var told = sessions.Notify(text);
        await context.Response.WriteAsJsonAsync(new NoticeReply(told), AdministrationJson.Default.NoticeReply);
    }

    private static SessionEntry Describe(SessionInfo session) => new(
        session.User,
        session.Address?.ToString(),
        session.ConnectedAt.UtcDateTime,
        Words.Of(session.State),
        session.WaitingBytes,
        session.MessagesSent,
        session.MessagesReceived);
}
