using InternalChat.Flood.Options;

return await FloodCommand.RunAsync(args, Console.Out, Console.Error);
