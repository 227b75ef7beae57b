using System.Text.RegularExpressions;
using Xunit;

namespace InternalChat.Architecture.Tests;

/// <summary>Documents name files and folders; each name leads to one.</summary>
public sealed partial class DocumentTests
{
    private static readonly HashSet<string> Files = [.. Repository.TextFiles.Select(static file => file.Path)];

    private static readonly HashSet<string> FilesAndFolders =
        [.. Files, .. Files.SelectMany(static file => file.Index().Where(static at => at.Item == '/').Select(at => file[..at.Index]))];

    // The changelog names what there was.
    public static TheoryData<string> Documents =>
        [.. Files.Where(static path => path.EndsWith(".md", StringComparison.Ordinal) && path != "CHANGELOG.md")];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_path_in_a_document_leads_to_a_file_or_folder(string path) =>
        Assert.Empty(PathsToNowhere(Repository.TextFiles.Single(file => file.Path == path)));

    [Theory]
    [InlineData("see `Server/Hosting/ChatHost.cs`", false)]
    [InlineData("see `Server/ChatHost.cs`", true)]
    [InlineData("see `ChatHost.cs` and what `*Sql.cs` has", false)]
    [InlineData("see `ChatGuest.cs`", true)]
    [InlineData("in `Hosting/`", false)]
    [InlineData("in `Guests/`", true)]
    [InlineData("[protocol](protocol.md#limits), [README](../README.md), [out](https://example.com/nowhere.md)", false)]
    [InlineData("[protocol](../protocol.md)", true)]
    [InlineData("[relative to the document](benchmarks/method.md)", false)]
    [InlineData("[relative to the document](benchmarks/nowhere.md)", true)]
    [InlineData("dotnet test --project tests/InternalChat.Architecture.Tests -- --filter-class '*SourceTests'", false)]
    [InlineData("dotnet test --project tests/InternalChat.Guest.Tests", true)]
    [InlineData("-- --filter-class '*DocumentTests' --filter-class '*SourceTests'", false)]
    [InlineData("-- --filter-class '*DocumentTests' --filter-class '*GuestTests'", true)]
    [InlineData("-- --filter-method '*DocumentTests.Paths_to_nowhere'", false)]
    [InlineData("-- --filter-method '*GuestTests.Paths_to_nowhere'", true)]
    [InlineData("InternalChat.Architecture.Tests -class InternalChat.Architecture.Tests.GuestTests -showLiveOutput", true)]
    [InlineData("writes benchmarks/results/<date>-<commit>/ and src/InternalChat.Server/bin/Release", false)]
    public void Paths_to_nowhere(string line, bool isViolation) =>
        Assert.Equal(isViolation, PathsToNowhere(new RepositoryFile("docs/example.md", line)).Any());

    [Fact]
    public void Every_type_of_the_server_that_locks_has_its_place_in_the_order()
    {
        var document = Repository.TextFiles.Single(static file => file.Path == "docs/architecture.md").Text;
        var order = document[document.IndexOf("\n## Lock order\n", StringComparison.Ordinal)..];
        order = order[..order.IndexOf("\n## ", 1, StringComparison.Ordinal)];
        var locking = Layout.OfServer.SelectMany(static project => Repository.Sources($"src/{Layout.Prefix}{project}/"))
            .Where(static file => file.Code.Any(static line => Lock().IsMatch(line.Text)))
            .Select(static file => Path.GetFileNameWithoutExtension(file.Path))
            .ToList();
        Assert.NotEmpty(locking);
        Assert.All(locking, type => Assert.Contains($"`{type}`", order, StringComparison.Ordinal));
    }

    private static IEnumerable<string> PathsToNowhere(RepositoryFile document) =>
        from line in document.Lines.Index()
        from path in Named().Matches(line.Item).Where(static named => !IsThere(named.Groups[1].Value))
            .Concat(FromTheRoot().Matches(line.Item).Where(static path => !FilesAndFolders.Contains(path.Value.TrimEnd('.', '/'))))
            .Concat(TestClass().Matches(line.Item).Where(static named => !IsThere(named.Groups["class"].Value + ".cs")))
            .Concat(Link().Matches(line.Item).Where(link => !FilesAndFolders.Contains(Resolve(document, link.Groups[1].Value))))
        select $"{document.Path}:{line.Index + 1}: {path.Value}";

    /// <summary>Whether a path ends so; the first folder may lack what all projects' names begin with.</summary>
    private static bool IsThere(string named)
    {
        var end = named.TrimEnd('/');
        return FilesAndFolders.Any(path =>
            path == end || path.EndsWith('/' + end, StringComparison.Ordinal) || path.EndsWith('.' + end, StringComparison.Ordinal));
    }

    private static string Resolve(RepositoryFile document, string link) =>
        Path.GetRelativePath("/", Path.Combine("/", Path.GetDirectoryName(document.Path)!, link)).Replace('\\', '/');

    [GeneratedRegex(@"\block \(|\bLock _|\bnew Lock\(|\bSpinLock\b|\bSemaphoreSlim\b|\bReaderWriterLockSlim\b")]
    private static partial Regex Lock();

    [GeneratedRegex(@"`([\w./-]+\.cs|[\w.-][\w./-]*[a-z]/)`")]
    private static partial Regex Named();

    // A link's target is no path from the root: it is relative to its document.
    [GeneratedRegex(@"(?<![\w/.-]|\]\()(?:src|tests|tools|benchmarks|docs|packaging)/(?![\w./-]*/bin/)[\w./-]+(?![\w./<*-])")]
    private static partial Regex FromTheRoot();

    // As the runner of tests takes them.
    [GeneratedRegex(@"--filter-class '\*(?<class>\w+)'|--filter-method '\*(?<class>\w+)\.|-class [\w.]+\.(?<class>\w+)")]
    private static partial Regex TestClass();

    [GeneratedRegex(@"\]\((?!https?:)([\w./-]+)[^)]*\)")]
    private static partial Regex Link();
}
