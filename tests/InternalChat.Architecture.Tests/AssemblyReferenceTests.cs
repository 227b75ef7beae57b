using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using Xunit;

namespace InternalChat.Architecture.Tests;

/// <summary>The directions of the layout, as the compiler saw them: an assembly refers to another only where its code uses it.</summary>
public sealed class AssemblyReferenceTests
{
    public static TheoryData<string> LaidOut => new(Layout.Projects);

    [Theory]
    [MemberData(nameof(LaidOut))]
    public void An_assembly_uses_only_what_the_layout_allows(string project) =>
        Assert.Empty(References(Layout.Assembly(project))
            .Where(Layout.IsOurs)
            .Except(Layout.MayKnow(project).Select(Layout.Assembly)));

    [Theory]
    [MemberData(nameof(LaidOut))]
    public void No_assembly_but_Storage_Sqlite_uses_Sqlite_or_Dapper(string project)
    {
        var databases = References(Layout.Assembly(project)).Where(SourceRules.IsDatabase);
        if (project != "Storage.Sqlite")
            Assert.Empty(databases);
    }

    [Fact]
    public void References_are_read_from_the_assembly()
    {
        var references = References(typeof(AssemblyReferenceTests).Assembly.GetName().Name!);
        Assert.Contains("System.Reflection.Metadata", references);
        Assert.Contains("xunit.v3.assert", references);
    }

    private static string[] References(string assembly)
    {
        using var file = new PEReader(File.OpenRead(Path.Combine(AppContext.BaseDirectory, assembly + ".dll")));
        var metadata = file.GetMetadataReader();
        return [.. metadata.AssemblyReferences.Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name))];
    }
}
