using System.Net;
using System.Text.Json.Serialization;
using InternalChat.Server.Administration.Http;
using InternalChat.Server.Network;
using InternalChat.Server.Network.Bans;
using InternalChat.Server.Settings.Parsing;

namespace InternalChat.Server.Administration.Bans;

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
        BanJson.Default.BanList);

    private async Task AddAsync(HttpContext context)
    {
        var request = await RequestReader.ReadAsync(context, BanJson.Default.BanRequest);
        var network = Network(request.Network);
        if (request.ForSeconds is not (null or >= 1) || request.ForSeconds > BannedNetworks.Longest.TotalSeconds)
            throw RequestReader.BadRequest($"for_seconds is a number from 1 to {BannedNetworks.Longest.TotalSeconds}, or missing.");
        var length = request.ForSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : (TimeSpan?)null;
        AdministrationAudit.About(context, length is null ? $"{network}" : $"{network} for {length}");
        var result = bans.Add(network, length);
        if (result.Refusal is { } refusal)
            throw new RequestRefusedException(409, "ban_refused", refusal);
        RequireKept(result, $"{network} is banned");
        await context.Response.WriteAsJsonAsync(
            new BanReply(network.ToString(), result.Closed), BanJson.Default.BanReply);
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
        await context.Response.WriteAsJsonAsync(new BanReply(network.ToString(), Closed: 0), BanJson.Default.BanReply);
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

/// <summary>Asks to ban a network.</summary>
/// <param name="Network">An address or a network, of IPv4 or IPv6.</param>
/// <param name="ForSeconds">How long; null for ever.</param>
internal sealed record BanRequest(string? Network, double? ForSeconds);

/// <summary>A ban was added or removed.</summary>
/// <param name="Network">What is banned, or was: of IPv6 never less than 64 bits.</param>
/// <param name="Closed">Connections from there that were told to leave.</param>
internal sealed record BanReply(string Network, int Closed);

/// <summary>Every ban.</summary>
/// <param name="Bans">The latest first.</param>
internal sealed record BanList(IReadOnlyList<BanEntry> Bans);

/// <summary>One ban.</summary>
/// <param name="Network">From where nobody may connect.</param>
/// <param name="Since">UTC.</param>
/// <param name="Until">UTC; null where it has no end, as in the next.</param>
/// <param name="RemainingSeconds">So long it goes on.</param>
internal sealed record BanEntry(string Network, DateTime Since, DateTime? Until, long? RemainingSeconds);

/// <summary>The JSON of bans. Names are added and never changed within <c>/v1</c>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(BanRequest))]
[JsonSerializable(typeof(BanReply))]
[JsonSerializable(typeof(BanList))]
internal sealed partial class BanJson : JsonSerializerContext;
