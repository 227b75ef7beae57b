using InternalChat.Server.Administration.Contract;
using InternalChat.Server.Hosting;

namespace InternalChat.Server.Administration.Hosting;

/// <summary>The settings are read again, as by SIGHUP.</summary>
internal sealed class ReloadRoute(Func<ReloadOutcome> reload)
{
    public void AddTo(RouteTable routes) => routes.MapPost("/v1/reload", "reload", ReloadAsync);

    private Task ReloadAsync(HttpContext context)
    {
        var outcome = reload();
        if (outcome.Refusal is { } refusal)
            throw new RequestRefusedException(409, "settings_refused", $"Nothing was changed: {refusal}");
        return context.Response.WriteAsJsonAsync(
            new ReloadReply([.. outcome.Changed.Select(Describe)], [.. outcome.AtRestart.Select(Describe)]),
            AdministrationJson.Default.ReloadReply);
    }

    private static ChangedSetting Describe(SettingChange change) => new(change.Setting, change.Before, change.After, change.Source);
}
