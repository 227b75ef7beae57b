using Xunit;

namespace InternalChat.Architecture.Tests;

/// <summary>Namespaces of a project form no circles: each can be read, and replaced, knowing only what lies below it.</summary>
public sealed class NamespaceTests
{
    public static TheoryData<string> Projects => new(Repository.Projects.Select(static file => file.Folder));

    [Theory]
    [MemberData(nameof(Projects))]
    public void The_namespaces_of_a_project_form_no_circles(string folder)
    {
        var graph = new NamespaceGraph(Repository.Sources(folder));
        Assert.NotEmpty(graph.Namespaces);
        var circles = string.Join('\n', graph.Circles());
        if (Layout.MayHaveCircles(Path.GetFileName(folder.TrimEnd('/'))[Layout.Prefix.Length..]))
            Assert.True(circles.Length > 0, "There are no circles any more: take the project out of Layout.WithCircles.");
        else
            Assert.True(circles.Length == 0, circles);
    }

    [Fact]
    public void A_circle_is_found_by_what_files_use() => Assert.Equal(
        ["A -> B -> C -> A", "B -> C -> A -> B", "C -> A -> B -> C"],
        Circles(
            "using B;\nnamespace A;\ninternal sealed class Head;",
            "using C;\nnamespace B;\ninternal sealed class Body;",
            "using static A.Head;\nnamespace C;\ninternal sealed class Tail;",
            "using A;\nnamespace D;\ninternal sealed class Onlooker;"));

    [Fact]
    public void A_circle_is_found_by_what_a_file_names_of_a_namespace_around_it() => Assert.Equal(
        ["A -> A.B -> A", "A.B -> A -> A.B"],
        Circles(
            "using A.B;\nnamespace A;\ninternal sealed class Whole;",
            "namespace A.B;\ninternal sealed class Part(Whole whole);"));

    [Theory]
    [InlineData("namespace A.B;\ninternal sealed class Part(C.Tail tail);")]
    [InlineData("namespace A.B;\ninternal sealed class Part(A.C.Tail tail);")]
    [InlineData("namespace A.B;\ninternal sealed class Part { int Length => C.Tail.Length; }")]
    [InlineData("using Tail = A.C.Tail;\nnamespace A.B;\ninternal sealed class Part(Tail tail);")]
    public void A_circle_is_found_by_a_name_that_is_qualified(string part) => Assert.Equal(
        ["A.B -> A.C -> A.B", "A.C -> A.B -> A.C"],
        Circles(part, "using A.B;\nnamespace A.C;\ninternal sealed class Tail;"));

    [Fact]
    public void A_word_in_a_comment_and_the_name_of_a_member_are_no_knowledge() => Assert.Empty(
        Circles(
            "using A.B;\nnamespace A;\ninternal sealed class Whole;",
            "namespace A.B;\n/// <summary>Of a Whole.</summary>\ninternal sealed class Part { int All => this.Whole; }"));

    private static IEnumerable<string> Circles(params string[] texts) =>
        new NamespaceGraph(texts.Select(static (text, index) => new RepositoryFile($"{index}.cs", text))).Circles();
}
