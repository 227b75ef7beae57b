using System.Net;
using InternalChat.Server.Administration.Contract;
using InternalChat.Server.Network;
using InternalChat.Server.Network.Bans;
using InternalChat.Server.Settings.Parsing;

namespace InternalChat.Server.Administration.Hosting;

/// <summary>From where nobody may connect.</summary>
internal sealed class BanRoutes(BannedNetworks bans)
{
    public void AddTo(RouteTable routes)
    {
        routes.MapLook("/v1/bans", ListAsync);
        routes.MapPost("/v1/bans", "ban", AddAsync);
        routes.MapDelete("/v1/bans", "unban", RemoveAsync);
    }

    private Task ListAsync(HttpContext context) => context.Response.WriteAsJsonAsync(
        new BanList([.. bans.List().Select(static ban => new BanEntry(
            ban.Network.ToString(), ban.Since, ban.Until, (long?)ban.Remaining?.TotalSeconds))]),
        AdministrationJson.Default.BanList);

    private async Task AddAsync(HttpContext context)
    {
        var request = await Requests.ReadAsync(context, AdministrationJson.Default.BanRequest);
        var network = Network(request.Network);
        if (request.ForSeconds is not (null or >= 1) || request.ForSeconds > BannedNetworks.Longest.TotalSeconds)
            throw Requests.BadRequest($"for_seconds is a number from 1 to {BannedNetworks.Longest.TotalSeconds}, or missing.");
        var length = request.ForSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : (TimeSpan?)null;
        AdministrationAudit.About(context, length is null ? $"{network}" : $"{network} for {length}");
        var result = bans.Add(network, length);
        if (result.Refusal is { } refusal)
            throw new RequestRefusedException(409, "ban_refused", refusal);
        RequireKept(result, $"{network} is banned");
        await context.Response.WriteAsJsonAsync(
            new BanReply(network.ToString(), result.Closed), AdministrationJson.Default.BanReply);
    }

    private async Task RemoveAsync(HttpContext context)
    {
        var network = Network((string?)context.Request.Query["network"]);
        AdministrationAudit.About(context, network.ToString());
        if (bans.Remove(network) is not { } result)
        {
            var wider = bans.List().FirstOrDefault(ban => ban.Network.Contains(network.BaseAddress));
            var instead = wider is null ? "" : $" by itself, but {wider.Network} is, which has it in it";
            throw new RequestRefusedException(404, "not_banned", $"{network} is not banned{instead}.");
        }

        RequireKept(result, $"{network} is not banned any more");
        await context.Response.WriteAsJsonAsync(new BanReply(network.ToString(), Closed: 0), AdministrationJson.Default.BanReply);
    }

    private static void RequireKept(BanResult result, string done)
    {
        if (result.NotKept is { } reason)
        {
            throw new RequestRefusedException(
                503, "not_kept", $"{done}, but that is lost if the server ends before it can write it down: {reason}");
        }
    }

    private static IPNetwork Network(string? text)
    {
        try
        {
            return BannedNetworks.Widen(NetworkParser.ParseOne(new SettingText(text ?? "", "network")));
        }
        catch (SettingException exception)
        {
            throw new RequestRefusedException(400, "invalid_network", exception.Message);
        }
    }
}
