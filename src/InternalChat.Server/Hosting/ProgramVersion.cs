using System.Reflection;

namespace InternalChat.Server.Hosting;

/// <summary>Which version of this program runs.</summary>
internal static class ProgramVersion
{
    /// <summary>The version, and the commit that it was built from where that is known.</summary>
    public static string Text { get; } =
        typeof(ProgramVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
}
