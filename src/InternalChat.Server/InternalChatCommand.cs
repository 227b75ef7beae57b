using System.CommandLine;
using System.CommandLine.Parsing;
using System.Runtime.InteropServices;
using InternalChat.Server.Administration;
using InternalChat.Server.Administration.Client;
using InternalChat.Server.Administration.Database;
using InternalChat.Server.Administration.Http;
using InternalChat.Server.CommandLine;
using InternalChat.Server.Runtime;
using InternalChat.Server.Settings.Parsing;
using InternalChat.Storage.Sqlite;
using InternalChat.Storage.Sqlite.FileSystem;

namespace InternalChat.Server;

/// <summary>
/// The program's command line. Every group of commands has a file beside this one; whichever is called, what it cannot do is one line on
/// standard error and the exit status says whose fault it is (<see cref="ExitStatus"/>): actions throw and do not print.
/// </summary>
internal static class InternalChatCommand
{
    private const string Description = """
        A server for private messages between two people: one program, one SQLite file.

        Without a command it serves, with the settings below. Each may also be an environment variable
        (--auth-timeout 5s is CHAT_AUTH_TIMEOUT=5s) or stand in a JSON file ({ "Chat": { "AuthTimeout": "5s" } });
        the command line wins over the environment, which wins over the file.

        Exit status: 0 all went well; 1 it failed or was refused; 2 wrong usage; 3 no server answers.
        """;

    // For whoever reads standard error; a server ends even if nobody does.
    private static readonly TimeSpan LastWait = TimeSpan.FromSeconds(5);

    /// <summary>Does what the arguments ask for.</summary>
    /// <returns>The program's exit status.</returns>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var parsed = Create().Parse(arguments);
        if (WrongUsage(parsed) is { } complaint)
            return Refuse(complaint + " (--help tells more)", ExitStatus.WrongUsage);
        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                // The host handles signals, and takes the time that it needs.
                ProcessTerminationTimeout = null,
            });
        }
        catch (SettingException exception)
        {
            return Refuse(exception.Message, ExitStatus.WrongUsage);
        }
        catch (ServerUnreachableException exception)
        {
            return Refuse(exception.Message, ExitStatus.Unreachable);
        }
        catch (Exception exception) when (exception is DatabaseException or IOException or RequestRefusedException)
        {
            return Refuse(exception.Message, ExitStatus.Failure);
        }
    }

    private static RootCommand Create()
    {
        var root = new RootCommand(Description)
        {
            Serving(new Command("serve", "Serve until SIGTERM or SIGINT; also what happens without a command")),
            AdminCommand.Create(TimeProvider.System),
            DatabaseCommand.Create(),
            ConfigCommand.Create(),
            CompletionCommand.Create(),
            Version(),
        };
        return (RootCommand)Serving(root);
    }

    /// <summary>Makes a command serve, with all the settings.</summary>
    private static Command Serving(Command command)
    {
        var settings = SettingOptions.AddTo(command);
        command.SetAction((parsed, _) => ServerProgram.RunAsync(settings.Read(parsed), TimeProvider.System));
        return command;
    }

    /// <summary><c>internalchat version</c>: what a bug report wants to know.</summary>
    private static Command Version()
    {
        var command = new Command("version", "Print the versions of this program and of what it is built on");
        command.SetAction(static _ =>
        {
            Console.Out.WriteLine($"internalchat {ThisProcess.Version}");
            Console.Out.WriteLine($"{RuntimeInformation.FrameworkDescription}, {RuntimeInformation.RuntimeIdentifier}");
            Console.Out.WriteLine($"SQLite {ChatDatabase.SqliteVersion}");
            return ExitStatus.Success;
        });
        return command;
    }

    private static string? WrongUsage(ParseResult parsed)
    {
        if (parsed.Errors is [var error, ..])
            return parsed.UnmatchedTokens is [var unknown, ..] ? $"'{unknown}' is not known here" : error.Message;
        // The parser would take them for the program's own, which a command does not look at.
        var command = parsed.CommandResult.Command;
        return command is not RootCommand && parsed.RootCommandResult.Children.OfType<OptionResult>().FirstOrDefault() is { } option
            ? $"Option '{option.Option.Name}' stands before the command '{command.Name}': put it behind."
            : null;
    }

    /// <summary>Says why, if somebody listens.</summary>
    private static int Refuse(string message, int exitStatus)
    {
        var saying = new Thread(() =>
        {
            try
            {
                Console.Error.WriteLine(message.ReplaceLineEndings(" "));
            }
            catch (IOException)
            {
                // The disk that it is written to is full: the exit status is left.
            }
        })
        {
            IsBackground = true,
        };
        saying.Start();
        saying.Join(LastWait);
        return exitStatus;
    }
}
