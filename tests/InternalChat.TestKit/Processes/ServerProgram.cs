using System.Collections;
using System.Diagnostics;

namespace InternalChat.TestKit.Processes;

/// <summary>The server's program: the one built beside the tests, or the published one that INTERNALCHAT_SERVER names.</summary>
public static class ServerProgram
{
    private const string OverrideVariable = "INTERNALCHAT_SERVER";

    public static string Path => Environment.GetEnvironmentVariable(OverrideVariable) is { Length: > 0 } published
        ? System.IO.Path.GetFullPath(published)
        : System.IO.Path.Combine(AppContext.BaseDirectory, "internalchat.dll");

    /// <summary>Whether it is compiled already, and not as it runs.</summary>
    public static bool IsNative => System.IO.Path.GetExtension(Path) != ".dll";

    /// <summary>Runs the server with these arguments until it ends by itself, e.g. because a value is wrong.</summary>
    public static Task<ProgramRun> RunToEndAsync(
        string workingDirectory, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null,
        string? input = null) =>
        ProgramRun.ToEndAsync(StartInfo(Path, workingDirectory, arguments, environment), input);

    /// <summary>How a shell starts the program.</summary>
    public static string ShellCommand =>
        IsNative ? $"'{Path}'" : $"'{DotnetHost}' '{Path}'";

    internal static ProcessStartInfo StartInfo(
        string program, string workingDirectory, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment)
    {
        var isAssembly = System.IO.Path.GetExtension(program) == ".dll";
        var start = new ProcessStartInfo(isAssembly ? DotnetHost : program)
        {
            WorkingDirectory = workingDirectory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (isAssembly)
            start.ArgumentList.Add(program);
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);

        // The developer's own settings must not change what a test means.
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            var name = (string)variable.Key;
            if (name.StartsWith("CHAT_", StringComparison.OrdinalIgnoreCase) || name.StartsWith("ASPNETCORE_", StringComparison.Ordinal)
                || name.StartsWith("OTEL_", StringComparison.Ordinal))
                start.Environment.Remove(name);
        }

        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        return start;
    }

    /// <summary>Starts it by a shell that limits itself before, and with it what takes its place.</summary>
    internal static void Limit(ProcessStartInfo start, string limit)
    {
        string[] shell = ["-c", $"{limit} && exec \"$0\" \"$@\"", start.FileName];
        for (var index = 0; index < shell.Length; index++)
            start.ArgumentList.Insert(index, shell[index]);
        start.FileName = "/bin/sh";
    }

    private static string DotnetHost => Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
}
