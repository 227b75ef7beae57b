using InternalChat.Server;

// Completions of sockets run on the thread that polled them: one hop fewer for every message. Read once, before the first socket.
Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");

return await InternalChatCommand.RunAsync(args);
