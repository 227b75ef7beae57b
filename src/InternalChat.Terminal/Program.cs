using InternalChat.Terminal;
using InternalChat.Terminal.Options;

var (options, exitStatus) = CommandLine.Parse(args, Environment.GetEnvironmentVariable, Console.Out, Console.Error);
return options is null ? exitStatus : TerminalProgram.Run(options);
