using System.CommandLine;
using InternalChat.Server.Hosting;
using InternalChat.Server.Settings;

// Completions of sockets run on the thread that polled them: one hop fewer for every message. Read once, before the first socket.
Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");

var command = new RootCommand(
    "A 1:1 chat server. Every option may also be given as an environment variable (CHAT_PORT) or in appsettings.json (Chat:Port); "
    + "the command line wins.");
var options = SettingDefinitions.All.ToDictionary(static definition => definition, static definition => new Option<string>("--" + definition.Name)
{
    Description = definition.Default is null ? definition.Description : $"{definition.Description} [default: {definition.Default}]",
    HelpName = definition.Placeholder,
});
foreach (var option in options.Values)
    command.Options.Add(option);

var parsed = command.Parse(args);
if (parsed.Errors.Count > 0)
{
    Console.Error.WriteLine(parsed.Errors[0].Message);
    return ExitStatus.WrongUsage;
}

command.SetAction((_, _) => ServerProgram.RunAsync(definition => parsed.GetValue(options[definition])));
// The host handles signals, and takes the time that it needs.
return await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
