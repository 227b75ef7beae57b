using System.Text.Json.Serialization;
using InternalChat.Engine.Administration;
using InternalChat.Server.Administration.Http;
using InternalChat.Server.Administration.Users;

namespace InternalChat.Server.Administration.Sessions;

/// <summary>Who is online.</summary>
internal sealed class SessionRoutes(SessionAdministration sessions)
{
    public void AddTo(RouteTable routes)
    {
        routes.MapLook("/v1/sessions", ListAsync);
        routes.MapDelete("/v1/sessions/{user}", "kick", KickAsync);
    }

    private Task ListAsync(HttpContext context)
    {
        var after = RequestReader.After(context) is { } text ? RequestReader.User(text) : (Protocol.UserName?)null;
        var limit = RequestReader.Limit(context);
        var page = sessions.List(after, limit + 1);
        return context.Response.WriteAsJsonAsync(
            new SessionPage([.. page.Take(limit)], page.Count > limit ? page[limit - 1].User : null),
            SessionJson.Default.SessionPage);
    }

    private Task KickAsync(HttpContext context)
    {
        var user = RequestReader.User(context);
        if (!sessions.Kick(user))
            throw new RequestRefusedException(404, "not_connected", $"{user} is not connected.");
        return context.Response.WriteAsJsonAsync(new UserDone(user.ToString()), UserJson.Default.UserDone);
    }
}

/// <summary>Users who are online.</summary>
/// <param name="Sessions">In the order of their names' bytes.</param>
/// <param name="Next">What <c>after</c> has to be for the next page; null where this is the last.</param>
internal sealed record SessionPage(IReadOnlyList<SessionInfo> Sessions, string? Next);

/// <summary>The JSON of sessions. Names are added and never changed within <c>/v1</c>.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    Converters = [typeof(StateConverter<SessionState>), typeof(UtcTimeConverter), typeof(AddressConverter)])]
[JsonSerializable(typeof(SessionPage))]
internal sealed partial class SessionJson : JsonSerializerContext;
