namespace InternalChat.Server.Administration.Hosting;

/// <summary>Everything that can be asked over the socket; docs/administration.md says what each is for.</summary>
internal sealed class AdministrationRoutes(SessionRoutes sessions, UserRoutes users, ServerRoutes server, TopRoute top)
{
    public void AddTo(IEndpointRouteBuilder routes)
    {
        sessions.AddTo(routes);
        users.AddTo(routes);
        server.AddTo(routes);
        top.AddTo(routes);
    }
}
