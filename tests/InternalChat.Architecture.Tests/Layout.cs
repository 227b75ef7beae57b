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

    // The others have circles still: Protocol, Storage.Sqlite, Engine, Terminal and Flood. Add a project as soon as it has none.
    private static readonly string[] WithoutCircles = ["Certificates", "Storage", "Engine", "Server", "Client", "Reporting"];

    // What people start has a name of its own.
    private static readonly Dictionary<string, string> Programs = new()
    {
        ["Server"] = "internalchat",
        ["Terminal"] = "internalchat-client",
        ["Flood"] = "flood",
    };

    public static IEnumerable<string> Projects => References.Keys;

    /// <summary>The projects whose namespaces form no circles.</summary>
    public static IEnumerable<string> Acyclic => WithoutCircles;

    /// <summary>The name of what a project is compiled to.</summary>
    public static string Assembly(string project) => Programs.GetValueOrDefault(project, Prefix + project);

    public static bool IsOurs(string assembly) => assembly.StartsWith(Prefix) || Programs.ContainsValue(assembly);

    /// <summary>The projects that a project's own file may reference.</summary>
    public static IEnumerable<string> MayReference(string project) => References[project];

    /// <summary>The projects whose types a project may name: those that it may reference, and what they reference.</summary>
    public static IEnumerable<string> MayKnow(string project) =>
        References[project].Concat(References[project].SelectMany(MayKnow)).Distinct();
}
