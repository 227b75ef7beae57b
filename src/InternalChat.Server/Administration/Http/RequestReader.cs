using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using InternalChat.Protocol;

namespace InternalChat.Server.Administration.Http;

/// <summary>Reads and checks requests. Every method throws <see cref="RequestRefusedException"/> for what it cannot take.</summary>
internal static class RequestReader
{
    /// <summary>The body, which is JSON.</summary>
    public static async Task<T> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type)
    {
        try
        {
            return await JsonSerializer.DeserializeAsync(context.Request.Body, type, context.RequestAborted)
                ?? throw BadRequest("The body is null.");
        }
        catch (JsonException exception)
        {
            throw BadRequest($"The body is not the JSON that is expected here, at {exception.Path ?? "its beginning"}.");
        }
    }

    /// <summary>The user that the path names, and that the request is about.</summary>
    public static UserName User(HttpContext context) => User(context, (string?)context.Request.RouteValues["user"]);

    /// <summary>The user that the request is about.</summary>
    public static UserName User(HttpContext context, string? text)
    {
        var user = User(text);
        AdministrationAudit.About(context, user.ToString());
        return user;
    }

    /// <summary>A user name.</summary>
    public static UserName User(string? text) => text is not null && UserName.TryParse(text, out var name)
        ? name
        : throw new RequestRefusedException(400, "invalid_user", $"'{text}' is no user name: {UserName.Rule}");

    /// <summary>How many the query asks for.</summary>
    public static int Limit(HttpContext context)
    {
        var text = (string?)context.Request.Query["limit"];
        if (text is null)
            return Paging.DefaultLimit;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit is >= 1 and <= Paging.MaxLimit
            ? limit
            : throw BadRequest($"limit is a number from 1 to {Paging.MaxLimit}.");
    }

    /// <summary>Behind which name the query wants the page to begin; null for the first page.</summary>
    public static string? After(HttpContext context) => (string?)context.Request.Query["after"];

    public static RequestRefusedException BadRequest(string message) => new(400, "bad_request", message);
}

/// <summary>How long the pages of a list are that an operator reads, in entries.</summary>
internal static class Paging
{
    public const int DefaultLimit = 100;

    public const int MaxLimit = 10_000;
}
