using System.Text.RegularExpressions;

namespace InternalChat.Architecture.Tests;

/// <summary>What source and text may not say. Each rule takes a file and returns its violations as <c>path:line: text</c>.</summary>
internal static partial class SourceRules
{
    public const int MaxSourceLines = 400;
    public const int MaxColumns = 140;

    private static readonly string[] PipeFolders = ["Connections", "Lifecycle", "Outbound"];

    /// <summary>A project names namespaces of ours that it may not know.</summary>
    public static IEnumerable<string> ForeignNamespaces(RepositoryFile file, string project) =>
        Violations(file, line => OurNamespace().Matches(line)
            .Any(name => name.Groups[1].Value != project && !Layout.MayKnow(project).Contains(name.Groups[1].Value)));

    /// <summary>A file of the engine outside Connections/, Lifecycle/ and Outbound/ names pipes.</summary>
    public static IEnumerable<string> PipesElsewhere(RepositoryFile file) =>
        PipeFolders.Any(folder => file.Path.StartsWith($"src/InternalChat.Engine/{folder}/", StringComparison.Ordinal))
            ? []
            : Violations(file, Pipes().IsMatch);

    /// <summary>The places where a file names Kestrel's connection.</summary>
    public static IEnumerable<string> KestrelConnections(RepositoryFile file) => Violations(file, KestrelConnection().IsMatch);

    /// <summary>A file names what reads or writes one particular version of the wire, in place of a session's format.</summary>
    public static IEnumerable<string> OneWireVersion(RepositoryFile file) => Violations(file, WireVersion().IsMatch);

    /// <summary>A file names a transport or a database, in a comment or in code.</summary>
    public static IEnumerable<string> TransportsAndDatabases(RepositoryFile file) => ViolationsInText(file, TransportOrDatabase());

    /// <summary>A file makes a timer, on which an exception would end the process.</summary>
    public static IEnumerable<string> Timers(RepositoryFile file) => Violations(file, Timer().IsMatch);

    /// <summary>
    /// A file of the engine makes a thread, uses the pool, or leaves the context in which its awaits go on: a simulation could no longer
    /// choose what happens next.
    /// </summary>
    public static IEnumerable<string> LeavesItsContext(RepositoryFile file) => Violations(file, OtherContext().IsMatch);

    /// <summary>A file names a database library.</summary>
    public static IEnumerable<string> Databases(RepositoryFile file) => Violations(file, line => Database().IsMatch(line));

    /// <summary>A file has an SQL statement, and is not one of those that are there for that: <c>*Sql.cs</c> and the schema.</summary>
    public static IEnumerable<string> Statements(RepositoryFile file) =>
        file.Path.EndsWith("Sql.cs", StringComparison.Ordinal) || file.Path.EndsWith("/Schema.cs", StringComparison.Ordinal)
            ? []
            : Violations(file, line => Statement().IsMatch(line));

    /// <summary>Whether a package or assembly is a database library.</summary>
    public static bool IsDatabase(string name) => Database().IsMatch(name);

    /// <summary>A file is too long to be read at one go.</summary>
    public static IEnumerable<string> TooLong(RepositoryFile file) =>
        file.Lines.Length > MaxSourceLines ? [$"{file.Path}: {file.Lines.Length} lines"] : [];

    /// <summary>A line is too wide to be read beside another file.</summary>
    public static IEnumerable<string> TooWide(RepositoryFile file) =>
        file.Lines.Index()
            .Where(static line => line.Item.Length > MaxColumns)
            .Select(line => $"{file.Path}:{line.Index + 1}: {line.Item.Length} columns");

    /// <summary>A text says where something lies on one particular machine.</summary>
    public static IEnumerable<string> MachinePaths(RepositoryFile file) => ViolationsInText(file, MachinePath());

    /// <summary>A text names the host of a package registry: where packages come from is the builder's configuration.</summary>
    public static IEnumerable<string> RegistryHosts(RepositoryFile file) => ViolationsInText(file, RegistryHost());

    /// <summary>The ids of the lines that a file logs.</summary>
    public static IEnumerable<string> EventIds(RepositoryFile file) =>
        file.Code.SelectMany(static line => EventId().Matches(line.Text)).Select(static id => id.Groups[1].Value);

    private static IEnumerable<string> Violations(RepositoryFile file, Func<string, bool> isViolation) =>
        file.Code.Where(line => isViolation(line.Text)).Select(line => $"{file.Path}:{line.Number}: {line.Text.Trim()}");

    /// <summary>As the other, in comments too.</summary>
    private static IEnumerable<string> ViolationsInText(RepositoryFile file, Regex violation) =>
        file.Lines.Index().Where(line => violation.IsMatch(line.Item)).Select(line => $"{file.Path}:{line.Index + 1}: {line.Item.Trim()}");

    [GeneratedRegex(@"\bInternalChat\.(Storage\.Sqlite\b|\w+)")]
    private static partial Regex OurNamespace();

    [GeneratedRegex(@"\bSystem\.IO\.Pipelines\b|\b(?:PipeReader|PipeWriter|PipeOptions|IDuplexPipe)\b")]
    private static partial Regex Pipes();

    [GeneratedRegex(
        @"\b(?:ServerFrames|ServerFrameParser|ClientFrames|CommandParser|WireErrors|WireTokens|FrameBuilder)\b|\bNameListWriter\."
        + @"|\bInternalChat\.Protocol\.Writing\b|\bWireFormat\.Version")]
    private static partial Regex WireVersion();

    [GeneratedRegex(@"\[LoggerMessage\((?:EventId = )?(\d+)")]
    private static partial Regex EventId();

    [GeneratedRegex(@"\bCreateTimer\(|\bnew (?:System\.Threading\.|System\.Timers\.)?Timer\(")]
    private static partial Regex Timer();

    // A completion on which WhenAny waits may be told on the pool.
    [GeneratedRegex(
        @"\b(?:Task\.Run|Task\.WhenAny|Task\.Factory|new Thread|Thread\.Sleep|ConfigureAwait\(false)\b|\bThreadPool\."
        + @"|\bRandom\.Shared\b|\bEnvironment\.ProcessorCount\b")]
    private static partial Regex OtherContext();

    [GeneratedRegex(@"\bConnectionContext\b")]
    private static partial Regex KestrelConnection();

    [GeneratedRegex(@"socket|kestrel|aspnetcore|sqlite|\bsql\b|\bwal\b|fsync", RegexOptions.IgnoreCase)]
    private static partial Regex TransportOrDatabase();

    [GeneratedRegex(
        @"\b(?:Microsoft\.Data\.Sqlite|SQLitePCL(?:Raw)?|Dapper)\b"
        + @"|\bSqlite(?:Connection|Command|Transaction|Exception|Parameter)\b")]
    private static partial Regex Database();

    [GeneratedRegex(
        @"(?:""|^)\s*(?:SELECT\s|INSERT\s+(?:OR\s|INTO\s)|UPDATE\s+\w+\s+SET\s|DELETE\s+FROM\s|(?:CREATE|ALTER|DROP)\s+\w+\s+\w"
        + @"|WITH\s+\w+\s+AS\s|VACUUM\b|ATTACH\s|(?:BEGIN(?:\s\w+)?|COMMIT|ROLLBACK)"")")]
    private static partial Regex Statement();

    // What stands before the slash tells the root of a machine from a folder in the middle of a path or of an address.
    [GeneratedRegex(@"(?<![\w.)}*-])/(?:work|root|tmp)/|\b[A-Z]:\\Users\\")]
    private static partial Regex MachinePath();

    [GeneratedRegex(
        @"\b(?:nuget\.org|npmjs\.(?:org|com)|pypi\.org|pythonhosted\.org|crates\.io|docker\.(?:io|com)|ghcr\.io|quay\.io"
        + @"|mcr\.microsoft\.com|pkgs\.dev\.azure\.com|proxy\.golang\.org|jfrog\.io|maven\.org|rubygems\.org"
        + @"|registry[\w-]*\.[\w-]+\.\w+)\b",
        RegexOptions.IgnoreCase)]
    private static partial Regex RegistryHost();
}
