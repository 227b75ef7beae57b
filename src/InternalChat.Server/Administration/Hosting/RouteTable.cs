namespace InternalChat.Server.Administration.Hosting;

/// <summary>
/// What can be asked for: a method, and a path whose parts are words, or the name of a value in braces (<c>/v1/users/{user}</c>). Two
/// dozen paths of which no two fit one request need no more; the web framework's routing is 0.85 MB of the native program.
/// </summary>
internal sealed class RouteTable
{
    private readonly List<Route> _routes = [];

    public void MapGet(string path, RequestDelegate answer) => Map(HttpMethods.Get, path, answer);

    public void MapPost(string path, RequestDelegate answer) => Map(HttpMethods.Post, path, answer);

    public void MapPut(string path, RequestDelegate answer) => Map(HttpMethods.Put, path, answer);

    public void MapDelete(string path, RequestDelegate answer) => Map(HttpMethods.Delete, path, answer);

    /// <summary>
    /// Answers as the route says that fits, with the path's values in <see cref="HttpRequest.RouteValues"/>; else with status 404, or 405
    /// where the path has other methods.
    /// </summary>
    public Task AnswerAsync(HttpContext context)
    {
        var request = context.Request;
        var parts = Parts(request.Path.Value ?? "");
        var fitting = _routes.FindAll(route => route.Fits(parts));
        if (fitting.Find(route => HttpMethods.Equals(route.Method, request.Method)) is { } asked)
        {
            asked.Read(parts, request.RouteValues);
            return asked.Answer(context);
        }

        context.Response.StatusCode = fitting is [] ? StatusCodes.Status404NotFound : StatusCodes.Status405MethodNotAllowed;
        if (fitting is not [])
            context.Response.Headers.Allow = string.Join(", ", fitting.ConvertAll(static route => route.Method));
        return Task.CompletedTask;
    }

    private void Map(string method, string path, RequestDelegate answer) => _routes.Add(new Route(method, Parts(path), answer));

    /// <summary>A slash at the end means nothing.</summary>
    private static string[] Parts(string path) => (path is [.., _, '/'] ? path[..^1] : path).Split('/');

    private sealed record Route(string Method, string[] Template, RequestDelegate Answer)
    {
        public bool Fits(string[] parts)
        {
            if (parts.Length != Template.Length)
                return false;
            for (var i = 0; i < parts.Length; i++)
            {
                if (IsValue(Template[i]) ? parts[i] is "" : !string.Equals(parts[i], Template[i], StringComparison.OrdinalIgnoreCase))
                    return false;
            }

            return true;
        }

        public void Read(string[] parts, RouteValueDictionary values)
        {
            for (var i = 0; i < parts.Length; i++)
            {
                if (IsValue(Template[i]))
                    values[Template[i][1..^1]] = parts[i];
            }
        }

        private static bool IsValue(string part) => part.StartsWith('{');
    }
}
