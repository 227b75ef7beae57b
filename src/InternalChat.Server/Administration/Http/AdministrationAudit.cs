using InternalChat.Server.Logging;

namespace InternalChat.Server.Administration.Http;

/// <summary>What operators asked for, in the log: who, what of whom, and what became of it.</summary>
/// <param name="logger">Of the category <see cref="ConsoleLogging.AuditCategory"/>.</param>
internal sealed class AdministrationAudit(ILogger logger)
{
    private const string TargetItem = "administration.target";

    /// <summary>
    /// Says whom or what the request is about, for the line that it will have. Checked text only: it stands in the log as it is.
    /// </summary>
    public static void About(HttpContext context, string target) => context.Items[TargetItem] = target;

    /// <summary>Has a request answered, and notes it with its outcome, also if it is refused, fails or is broken off.</summary>
    public async Task AroundAsync(HttpContext context, string deed, RequestDelegate answer)
    {
        var outcome = "done";
        try
        {
            await answer(context);
        }
        catch (RequestRefusedException refused)
        {
            outcome = refused.Status < StatusCodes.Status500InternalServerError ? $"refused ({refused.Code})" : $"failed ({refused.Code})";
            throw;
        }
        catch (Exception exception)
        {
            outcome = context.RequestAborted.IsCancellationRequested ? "broken off" : $"failed ({exception.GetType().Name})";
            throw;
        }
        finally
        {
            var what = context.Items.TryGetValue(TargetItem, out var target) ? $"{deed} {target}" : deed;
            ServerLog.OperatorAsked(logger, what, outcome, Describe(context.Features.Get<PeerCredentials>()));
        }
    }

    private static string Describe(PeerCredentials? peer) =>
        peer is null ? "whoever has the socket" : $"user id {peer.UserId}, process {peer.ProcessId}";
}
