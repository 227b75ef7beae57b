namespace InternalChat.Server.Administration.Hosting;

/// <summary>Everything that can be asked over the socket; docs/administration.md says what each is for.</summary>
internal sealed class AdministrationRoutes(
    SessionRoutes sessions, UserRoutes users, ExportRoute export, ServerRoutes server, ReloadRoute reload, LogLevelRoute logLevel,
    RetentionRoute retention, BanRoutes bans, TopRoute top)
{
    public void AddTo(RouteTable routes)
    {
        sessions.AddTo(routes);
        users.AddTo(routes);
        export.AddTo(routes);
        server.AddTo(routes);
        reload.AddTo(routes);
        logLevel.AddTo(routes);
        retention.AddTo(routes);
        bans.AddTo(routes);
        top.AddTo(routes);
    }
}
