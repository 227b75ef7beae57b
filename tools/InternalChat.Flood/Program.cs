using System.Globalization;
using InternalChat.Flood.Options;

// Completions of sockets run on the few threads that poll them: no hop for each message, and half of the machine is the server's.
// Read once, before the first socket; whoever sets them knows better.
SetWhereUnset("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");
SetWhereUnset(
    "DOTNET_SYSTEM_NET_SOCKETS_THREAD_COUNT", Math.Max(1, Environment.ProcessorCount / 2).ToString(CultureInfo.InvariantCulture));

Console.SetError(new StandardError(Console.Error));
try
{
    return await FloodCommand.RunAsync(args, Console.Out, Console.Error);
}
catch (UnauthorizedAccessException exception)
{
    // The console throws it where it is closed.
    Console.Error.WriteLine($"flood: there is no standard output: {exception.Message}");
    return ExitStatus.Failure;
}

static void SetWhereUnset(string name, string value)
{
    if (Environment.GetEnvironmentVariable(name) is null)
        Environment.SetEnvironmentVariable(name, value);
}
