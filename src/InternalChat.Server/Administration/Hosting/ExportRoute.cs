using InternalChat.Storage.Sqlite;

namespace InternalChat.Server.Administration.Hosting;

/// <summary>Everything about a person, as it is read from the log: any length, and little memory.</summary>
internal sealed class ExportRoute(ChatDatabase database, TimeProvider time)
{
    public void AddTo(RouteTable routes) => routes.MapGet("/v1/users/{user}/export", "export", ExportAsync);

    private async Task ExportAsync(HttpContext context)
    {
        var user = Requests.User(context);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(
            context.RequestAborted, context.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping);
        context.Response.ContentType = "application/json; charset=utf-8";
        // Reads the file and waits for whoever takes it: neither is for the pool.
        var isThere = await Task.Factory.StartNew(
            () => database.ExportAccount(user.ToString(), context.Response.Body, time.GetUtcNow().ToUnixTimeSeconds(), ended.Token),
            ended.Token,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        if (!isThere)
            throw UserRoutes.NoSuchUser(user);
    }
}
