namespace InternalChat.Architecture.Tests;

/// <summary>Which of our projects each project in src and tools may know. This table is the rule; the tests only read it.</summary>
internal static class Layout
{
    public const string Prefix = "InternalChat.";

    private static readonly Dictionary<string, string[]> References = new()
    {
        ["Protocol"] = [],
        ["Certificates"] = [],
        ["Storage"] = [],
        ["Storage.Sqlite"] = ["Storage"],
        ["Engine"] = ["Protocol", "Storage"],
        ["Server"] = ["Protocol", "Certificates", "Storage", "Storage.Sqlite", "Engine"],
        ["Client"] = ["Protocol", "Certificates"],
        ["Terminal"] = ["Client"],
        ["Reporting"] = [],
        ["Flood"] = ["Client", "Reporting"],
    };

    private static readonly string[] WithCircles =
    [
        "Simulation.Tests", // Clients, rules and the run that brings them together watch each other.
    ];

    // What people start has a name of its own.
    private static readonly Dictionary<string, string> Programs = new()
    {
        ["Server"] = "internalchat",
        ["Terminal"] = "internalchat-client",
        ["Flood"] = "flood",
    };

    public static IEnumerable<string> Projects => References.Keys;

    /// <summary>The projects that the server consists of.</summary>
    public static IEnumerable<string> OfServer => MayKnow("Server").Append("Server");

    /// <summary>Whether the namespaces of a project may form circles. Those of a new one may not.</summary>
    public static bool MayHaveCircles(string project) => WithCircles.Contains(project);

    /// <summary>The name of what a project is compiled to.</summary>
    public static string Assembly(string project) => Programs.GetValueOrDefault(project, Prefix + project);

    public static bool IsOurs(string assembly) => assembly.StartsWith(Prefix) || Programs.ContainsValue(assembly);

    /// <summary>The projects that a project's own file may reference.</summary>
    public static IEnumerable<string> MayReference(string project) => References[project];

    /// <summary>The projects whose types a project may name: those that it may reference, and what they reference.</summary>
    public static IEnumerable<string> MayKnow(string project) =>
        References[project].Concat(References[project].SelectMany(MayKnow)).Distinct();
}
