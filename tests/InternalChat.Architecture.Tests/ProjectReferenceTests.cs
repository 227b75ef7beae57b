using System.Xml.Linq;
using Xunit;

namespace InternalChat.Architecture.Tests;

/// <summary>The directions of the layout, as the project files say them.</summary>
public sealed class ProjectReferenceTests
{
    public static TheoryData<string> LaidOut => new(Layout.Projects);

    [Theory]
    [MemberData(nameof(LaidOut))]
    public void A_project_references_only_what_the_layout_allows(string project) =>
        Assert.Empty(References(File(project)).Except(Layout.MayReference(project)));

    [Fact]
    public void Every_project_in_src_and_tools_has_its_place_in_the_layout() =>
        Assert.Equal(
            Layout.Projects.Order(),
            Repository.Projects.Where(file => file.Path.StartsWith("src/") || file.Path.StartsWith("tools/")).Select(Name).Order());

    [Fact]
    public void The_solution_holds_every_project()
    {
        var solution = Repository.TextFiles.Single(file => file.Path == "InternalChat.sln").Text.Replace('\\', '/');
        Assert.Empty(Repository.Projects.Where(file => !solution.Contains($"\"{file.Path}\"")).Select(file => file.Path));
    }

    [Fact]
    public void Sqlite_and_Dapper_are_packages_of_Storage_Sqlite_alone() =>
        Assert.All(
            Repository.Projects.Where(file => file.Path.StartsWith("src/") || file.Path.StartsWith("tools/")),
            file => Assert.Equal(Name(file) == "Storage.Sqlite", Included(file, "PackageReference").Any(SourceRules.IsDatabase)));

    [Fact]
    public void References_are_read_whatever_their_slashes() =>
        Assert.Equal(
            ["Engine", "TestKit"],
            References(new RepositoryFile("src/InternalChat.Storage/InternalChat.Storage.csproj", """
                <Project><ItemGroup>
                  <ProjectReference Include="../InternalChat.Engine/InternalChat.Engine.csproj" />
                  <ProjectReference Include="..\..\tests\InternalChat.TestKit\InternalChat.TestKit.csproj" />
                </ItemGroup></Project>
                """)));

    private static RepositoryFile File(string project) => Repository.Projects.Single(file => Name(file) == project);

    private static IEnumerable<string> References(RepositoryFile project) => Included(project, "ProjectReference").Select(Name);

    private static IEnumerable<string> Included(RepositoryFile project, string item) =>
        XDocument.Parse(project.Text).Descendants(item).Select(reference => reference.Attribute("Include")!.Value);

    private static string Name(RepositoryFile project) => Name(project.Path);

    private static string Name(string path)
    {
        var name = Path.GetFileNameWithoutExtension(path.Replace('\\', '/'));
        return name.StartsWith(Layout.Prefix) ? name[Layout.Prefix.Length..] : name;
    }
}
