using InternalChat.Protocol;

namespace InternalChat.Server.Administration.Hosting;

/// <summary>What operators did, in the log. What they only looked at is not there.</summary>
internal sealed class AdministrationAudit(ILogger logger)
{
    /// <summary>Something was done to a user.</summary>
    public void Note(HttpContext context, string verb, UserName user) => Note(context, $"{verb} {user}");

    /// <summary>Something was done to the server.</summary>
    public void Note(HttpContext context, string what) => AdministrationLog.Done(
        logger,
        what,
        context.Features.Get<PeerCredentials>() is { } peer
            ? $"user id {peer.UserId}, process {peer.ProcessId}"
            : "whoever has the socket");
}
