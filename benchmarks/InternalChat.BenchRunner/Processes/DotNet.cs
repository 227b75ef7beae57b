namespace InternalChat.BenchRunner.Processes;

/// <summary>The host that runs this program runs the others too.</summary>
internal static class DotNet
{
    internal static string Program { get; } =
        Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? Environment.ProcessPath! : "dotnet";
}
