using System.Runtime.InteropServices;
using System.Xml.Linq;
using InternalChat.BenchRunner.Processes;

namespace InternalChat.BenchRunner.Host;

/// <summary>A working tree of this repository: where things lie in it, what it is at, and how its programs are built.</summary>
internal sealed class Repository(string root)
{
    private const string Framework = "net10.0";
    private const string Server = "src/InternalChat.Server";

    internal string Root { get; } = root;

    internal string ScenarioFile => Path.Combine(Root, "benchmarks", "scenarios.json");

    internal string Results => Path.Combine(Root, "benchmarks", "results");

    internal string ServerProgram => Output(Server);

    /// <summary>The server as it is installed.</summary>
    internal string NativeServerProgram =>
        Path.Combine(Path.GetDirectoryName(ServerProgram)!, RuntimeInformation.RuntimeIdentifier, "publish", AssemblyName(Server));

    internal string FloodProgram => Output("tools/InternalChat.Flood");

    internal string BenchmarkProgram => Output("benchmarks/InternalChat.Benchmarks");

    /// <summary>The working tree that this program was built in.</summary>
    internal static Repository Own()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "InternalChat.sln")))
                return new Repository(folder.FullName);
        }

        throw new BenchException("this program does not lie in a working tree of the repository");
    }

    internal Task BuildServerAsync(CancellationToken cancellationToken) => BuildAsync("build", Server, [], cancellationToken);

    internal Task BuildNativeServerAsync(CancellationToken cancellationToken) =>
        BuildAsync("publish", Server, ["--runtime", RuntimeInformation.RuntimeIdentifier], cancellationToken);

    internal Task BuildFloodAsync(CancellationToken cancellationToken) =>
        BuildAsync("build", "tools/InternalChat.Flood", [], cancellationToken);

    internal Task BuildBenchmarksAsync(CancellationToken cancellationToken) =>
        BuildAsync("build", "benchmarks/InternalChat.Benchmarks", [], cancellationToken);

    /// <summary>The short name of a commit.</summary>
    /// <exception cref="UsageException">There is none.</exception>
    internal async Task<string> ResolveAsync(string commit, CancellationToken cancellationToken)
    {
        var run = await GitAsync(
            cancellationToken, "rev-parse", "--verify", "--quiet", "--short=10", "--end-of-options", commit + "^{commit}");
        return run.ExitCode == 0 ? run.Output.Trim() : throw new UsageException($"'{commit}' is neither a result folder nor a commit");
    }

    /// <summary>The commit that is checked out; <c>unknown</c> outside git.</summary>
    internal async Task<(string Commit, bool IsDirty)> StateAsync(CancellationToken cancellationToken)
    {
        var head = await GitAsync(cancellationToken, "rev-parse", "--short=10", "HEAD");
        var status = await GitAsync(cancellationToken, "status", "--porcelain");
        return head.ExitCode == 0 ? (head.Output.Trim(), status.Output.Trim().Length > 0) : ("unknown", false);
    }

    /// <summary>Checks a commit out beside this working tree.</summary>
    internal async Task<Repository> CheckOutAsync(string commit, string folder, CancellationToken cancellationToken)
    {
        var run = await GitAsync(cancellationToken, "worktree", "add", "--quiet", "--detach", folder, commit);
        return run.ExitCode == 0 ? new Repository(folder) : throw new BenchException($"git worktree add: {run.Error.Trim()}");
    }

    /// <summary>Undoes <see cref="CheckOutAsync"/>.</summary>
    internal Task RemoveCheckOutAsync(string folder) => GitAsync(CancellationToken.None, "worktree", "remove", "--force", folder);

    private Task<ProgramOutput> GitAsync(CancellationToken cancellationToken, params string[] arguments) =>
        ProgramOutput.OfAsync("git", ["-C", Root, .. arguments], cancellationToken);

    private async Task BuildAsync(string verb, string project, string[] options, CancellationToken cancellationToken)
    {
        var run = await ProgramOutput.OfAsync(
            DotNet.Program,
            [verb, Path.Combine(Root, project), "--configuration", "Release", "--nologo", "--verbosity", "quiet", .. options],
            cancellationToken);
        if (run.ExitCode != 0)
            throw new BenchException($"{project} does not build:\n{run.Output}");
    }

    private string Output(string project) => Path.Combine(Root, project, "bin", "Release", Framework, AssemblyName(project) + ".dll");

    /// <summary>What the project's file says, for an older commit may say something else.</summary>
    private string AssemblyName(string project)
    {
        var name = Path.GetFileName(project);
        return XDocument.Load(Path.Combine(Root, project, name + ".csproj")).Descendants("AssemblyName").FirstOrDefault()?.Value ?? name;
    }
}
