using System.CommandLine;
using InternalChat.Server.Administration.Contract;

namespace InternalChat.Server.CommandLine.Admin;

/// <summary><c>admin loglevel [LEVEL]</c>.</summary>
internal static class LogLevelCommand
{
    private const string Path = "v1/log-level";

    public static Command Create(AdminServer server)
    {
        var level = new Argument<string?>("LEVEL")
        {
            Description = "The new level; without it the present one is printed",
            Arity = ArgumentArity.ZeroOrOne,
        };
        level.AcceptOnlyFromAmong([.. Words.LogLevels]);
        var command = new Command("loglevel", "From which level on the server logs, until it ends") { level };
        command.SetAction((parsed, cancellation) => server.AskAsync(
            parsed,
            parsed.GetValue(level) is { } word
                ? new AdminRequest(
                    HttpMethod.Put, Path, AdminRequest.Json(new LogLevelMessage(word), AdministrationJson.Default.LogLevelMessage))
                : AdminRequest.Get(Path),
            AdministrationJson.Default.LogLevelMessage,
            static reply => reply.Level!,
            cancellation));
        return command;
    }
}
