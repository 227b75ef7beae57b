using InternalChat.BenchRunner.CommandLine;

return await BenchCommand.RunAsync(args, Console.Out, Console.Error);
