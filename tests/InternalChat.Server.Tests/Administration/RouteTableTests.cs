using InternalChat.Server.Administration.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace InternalChat.Server.Tests.Administration;

public sealed class RouteTableTests
{
    private readonly RouteTable _routes = new(new AdministrationAudit(NullLogger.Instance));
    private string? _answered;

    public RouteTableTests()
    {
        _routes.MapLook("/v1/users", Answer("list"));
        _routes.MapPost("/v1/users", "add", Answer("add"));
        _routes.MapDelete("/v1/users/{user}", "delete", Answer("delete"));
        _routes.MapGet("/v1/users/{user}/export", "export", Answer("export"));
        _routes.MapPut("/v1/log-level", "set", Answer("set"));
    }

    [Theory]
    [InlineData("GET", "/v1/users", "list", null)]
    [InlineData("get", "/v1/users", "list", null)]
    [InlineData("POST", "/v1/users", "add", null)]
    [InlineData("GET", "/v1/users/", "list", null)]
    [InlineData("GET", "/V1/Users", "list", null)]
    [InlineData("DELETE", "/v1/users/Alice", "delete", "Alice")]
    [InlineData("GET", "/v1/users/al%2Fice/export", "export", "al%2Fice")]
    [InlineData("PUT", "/v1/log-level", "set", null)]
    public async Task A_request_is_answered_by_the_route_that_fits(string method, string path, string answer, string? user)
    {
        var context = await AskAsync(method, path);
        Assert.Equal(answer, _answered);
        Assert.Equal(user, context.Request.RouteValues["user"]);
        Assert.Equal(StatusCodes.Status200OK, context.Response.StatusCode);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("//")]
    [InlineData("/v1")]
    [InlineData("/v1/user")]
    [InlineData("/v1//users")]
    [InlineData("/v1/users//export")]
    [InlineData("/v1/users/alice/export/more")]
    public async Task A_path_that_is_not_there_is_404(string path)
    {
        var context = await AskAsync("GET", path);
        Assert.Null(_answered);
        Assert.Equal(StatusCodes.Status404NotFound, context.Response.StatusCode);
    }

    [Theory]
    [InlineData("PUT", "/v1/users", "GET, POST")]
    [InlineData("HEAD", "/v1/users/alice", "DELETE")]
    public async Task A_method_that_a_path_has_not_is_405_and_names_those_it_has(string method, string path, string allowed)
    {
        var context = await AskAsync(method, path);
        Assert.Null(_answered);
        Assert.Equal(StatusCodes.Status405MethodNotAllowed, context.Response.StatusCode);
        Assert.Equal(allowed, context.Response.Headers.Allow);
    }

    private async Task<HttpContext> AskAsync(string method, string path)
    {
        var context = new DefaultHttpContext { Request = { Method = method, Path = path } };
        await _routes.AnswerAsync(context);
        return context;
    }

    private RequestDelegate Answer(string name) => _ =>
    {
        _answered = name;
        return Task.CompletedTask;
    };
}
