using System.Text;
using InternalChat.Engine;
using InternalChat.Engine.Options;
using InternalChat.Server.Administration;
using InternalChat.Server.Administration.Bans;
using InternalChat.Server.Administration.Database;
using InternalChat.Server.Administration.Http;
using InternalChat.Server.Administration.Server;
using InternalChat.Server.Administration.Sessions;
using InternalChat.Server.Administration.Top;
using InternalChat.Server.Administration.Users;
using InternalChat.Storage.Sqlite;
using InternalChat.Storage.Sqlite.Options;
using InternalChat.TestKit;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace InternalChat.Server.Tests.Administration;

/// <summary>"An audit line for each thing an operator does over the admin socket": none of the routes can be forgotten.</summary>
public sealed class AdministrationAuditTests : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ChatDatabase _database;
    private readonly ChatEngine _engine;
    private readonly AuditLines _lines = new();
    private readonly RouteTable _routes;

    public AdministrationAuditTests()
    {
        _database = ChatDatabase.Open(new DatabaseOptions { Path = _folder.File("chat.db") });
        _engine = new ChatEngine(
            _database.Writer, _database.CreateReader, new EngineOptions(), TimeProvider.System, NullLogger.Instance);
        _routes = new RouteTable(new AdministrationAudit(_lines));
    }

    public async ValueTask DisposeAsync()
    {
        await _engine.DisposeAsync();
        _database.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Only_looks_at_how_the_server_fares_have_no_line()
    {
        AddAll();
        Assert.Equal(
            [
                "GET /v1/bans", "GET /v1/erasures/{erasure}", "GET /v1/log-level", "GET /v1/retention", "GET /v1/sessions",
                "GET /v1/status", "GET /v1/top", "GET /v1/users", "GET /v1/users/{user}",
            ],
            _routes.Routes
                .Where(static route => route.Deed is null)
                .Select(static route => $"{route.Method} {route.Path}")
                .Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Every_other_request_has_one_line_also_if_it_is_refused_or_fails()
    {
        AddAll();
        var deeds = _routes.Routes.Where(static route => route.Deed is not null).ToList();
        Assert.InRange(deeds.Count, 15, 100);
        Assert.Equal(deeds.Count, deeds.Select(static route => route.Deed).Distinct().Count());
        foreach (var (method, path, deed) in deeds)
        {
            // There is no such user, no body, and behind some routes nothing at all.
            await Record.ExceptionAsync(() => AskAsync(method, path.Replace("{user}", "alice", StringComparison.Ordinal)));
            Assert.Matches($"^administration: {deed}( alice)?: (done|refused|failed)", _lines.All[^1]);
            Assert.Equal(path.Contains("{user}", StringComparison.Ordinal), _lines.All[^1].Contains(" alice: ", StringComparison.Ordinal));
        }

        Assert.Equal(deeds.Count, _lines.All.Count);
    }

    [Fact]
    public async Task The_line_says_who_what_of_whom_and_what_became_of_it()
    {
        _routes.MapPost("/v1/users/{user}/suspend", "suspend", static context =>
        {
            RequestReader.User(context);
            return Task.CompletedTask;
        });
        _routes.MapPost("/v1/refused", "one", static _ => throw new RequestRefusedException(409, "user_deleted", "No."));
        _routes.MapPost("/v1/stopping", "two", static _ => throw new RequestRefusedException(503, "storage", "No."));
        _routes.MapPost("/v1/failed", "three", static _ => throw new InvalidOperationException());
        await AskAsync("POST", "/v1/users/alice/suspend", new PeerCredentials(ProcessId: 12, UserId: 34));
        await Assert.ThrowsAsync<RequestRefusedException>(() => AskAsync("POST", "/v1/refused"));
        await Assert.ThrowsAsync<RequestRefusedException>(() => AskAsync("POST", "/v1/stopping"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => AskAsync("POST", "/v1/failed"));
        Assert.Equal(
            [
                "administration: suspend alice: done, by user id 34, process 12",
                "administration: one: refused (user_deleted), by whoever has the socket",
                "administration: two: failed (storage), by whoever has the socket",
                "administration: three: failed (InvalidOperationException), by whoever has the socket",
            ],
            _lines.All);
    }

    [Fact]
    public async Task An_export_that_is_broken_off_has_its_line_for_much_of_it_may_have_been_read()
    {
        using var aborted = new CancellationTokenSource();
        _routes.MapGet("/v1/export", "export", async _ =>
        {
            await aborted.CancelAsync();
            aborted.Token.ThrowIfCancellationRequested();
        });
        var context = new DefaultHttpContext { Request = { Method = "GET", Path = "/v1/export" }, RequestAborted = aborted.Token };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _routes.AnswerAsync(context));
        Assert.Equal(["administration: export: broken off, by whoever has the socket"], _lines.All);
    }

    [Fact]
    public async Task A_name_that_is_none_does_not_come_into_the_log()
    {
        AddAll();
        await Assert.ThrowsAsync<RequestRefusedException>(() => AskAsync("DELETE", "/v1/users/x\nadministration: done"));
        Assert.Equal(["administration: delete: refused (invalid_user), by whoever has the socket"], _lines.All);
    }

    private void AddAll() => new AdministrationRoutes(
        new SessionRoutes(_engine.Sessions), new UserRoutes(_engine.Accounts, null!, TimeProvider.System),
        new ServerRoutes(null!, null!, "", null!, null!, null!), new RetentionRoutes(null!), new BanRoutes(null!),
        new TopRoute(null!, null!, null!, TimeProvider.System)).AddTo(_routes);

    private Task AskAsync(string method, string path, PeerCredentials? peer = null)
    {
        var context = new DefaultHttpContext
        {
            Request = { Method = method, Path = path, Body = new MemoryStream(Encoding.UTF8.GetBytes("{}")) },
        };
        context.Features.Set(peer);
        return _routes.AnswerAsync(context);
    }

    private sealed class AuditLines : ILogger
    {
        public List<string> All { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            All.Add(formatter(state, exception));
    }
}
