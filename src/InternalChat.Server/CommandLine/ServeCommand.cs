using System.CommandLine;
using InternalChat.Server.Hosting;

namespace InternalChat.Server.CommandLine;

/// <summary><c>internalchat serve</c>, which is also what the program does without a command, as the original server.</summary>
internal static class ServeCommand
{
    public static Command Create()
    {
        var command = new Command("serve", "Serve until SIGTERM or SIGINT; also what happens without a command");
        Configure(command);
        return command;
    }

    /// <summary>Makes a command serve.</summary>
    public static void Configure(Command command)
    {
        var settings = SettingOptions.AddTo(command);
        command.SetAction((parsed, _) => ServerProgram.RunAsync(settings.Read(parsed), TimeProvider.System));
    }
}
