namespace InternalChat.Server.Administration.Http;

/// <summary>
/// What can be asked for: a method, and a path whose parts are words, or the name of a value in braces (<c>/v1/users/{user}</c>). Two
/// dozen paths of which no two fit one request need no more; the web framework's routing is 0.85 MB of the native program. A route has
/// a deed, the word for it in the audit, unless it only lets the operator look at how the server fares.
/// </summary>
/// <param name="audit">Notes each request for a route with a deed.</param>
internal sealed class RouteTable(AdministrationAudit audit)
{
    private readonly List<Route> _routes = [];

    /// <summary>Every route: its method, its path, and its deed or null.</summary>
    public IEnumerable<(string Method, string Path, string? Deed)> Routes =>
        _routes.Select(static route => (route.Method, string.Join('/', route.Template), route.Deed));

    /// <summary>A look that changes nothing and is not noted.</summary>
    public void MapLook(string path, RequestDelegate answer) => _routes.Add(new Route(HttpMethods.Get, Parts(path), Deed: null, answer));

    public void MapGet(string path, string deed, RequestDelegate answer) => Map(HttpMethods.Get, path, deed, answer);

    public void MapPost(string path, string deed, RequestDelegate answer) => Map(HttpMethods.Post, path, deed, answer);

    public void MapPut(string path, string deed, RequestDelegate answer) => Map(HttpMethods.Put, path, deed, answer);

    public void MapDelete(string path, string deed, RequestDelegate answer) => Map(HttpMethods.Delete, path, deed, answer);

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

    private void Map(string method, string path, string deed, RequestDelegate answer) =>
        _routes.Add(new Route(method, Parts(path), deed, context => audit.AroundAsync(context, deed, answer)));

    /// <summary>A slash at the end means nothing.</summary>
    private static string[] Parts(string path) => (path is [.., _, '/'] ? path[..^1] : path).Split('/');

    private sealed record Route(string Method, string[] Template, string? Deed, RequestDelegate Answer)
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
