using Xunit;

namespace InternalChat.Architecture.Tests;

/// <summary>The rules on the repository's own files.</summary>
public sealed class SourceTests
{
    public static TheoryData<string> LaidOut => new(Layout.Projects);

    [Theory]
    [MemberData(nameof(LaidOut))]
    public void A_project_names_only_what_the_layout_allows(string project) =>
        AssertNone(Sources(project).SelectMany(file => SourceRules.ForeignNamespaces(file, project)));

    [Fact]
    public void In_the_engine_only_connections_and_outbound_name_pipes() =>
        AssertNone(Sources("Engine").SelectMany(SourceRules.PipesElsewhere));

    [Fact]
    public void Only_the_servers_network_names_the_connection_of_Kestrel() =>
        AssertNone(Repository.Sources("src/")
            .Where(static file => !file.Path.StartsWith("src/InternalChat.Server/Network/"))
            .SelectMany(SourceRules.KestrelConnections));

    [Fact]
    public void No_word_in_the_engine_tells_what_carries_its_connections_or_holds_its_store() =>
        AssertNone(Repository.TextFiles
            .Where(static file => file.Path.StartsWith("src/InternalChat.Engine/"))
            .SelectMany(SourceRules.TransportsAndDatabases));

    [Fact]
    public void The_engine_reads_and_writes_only_through_the_format_of_a_session() =>
        Assert.Equal(
            ["src/InternalChat.Engine/Options/EngineOptions.cs", "src/InternalChat.Engine/Sessions/Session.cs"],
            Sources("Engine").Where(file => SourceRules.OneWireVersion(file).Any()).Select(file => file.Path).Order());

    [Fact]
    public void A_timer_is_made_where_an_exception_on_it_is_caught() =>
        Assert.Equal(
            ["src/InternalChat.Engine/Presence/PresenceBroadcaster.cs", "src/InternalChat.Engine/Threads/RepeatingTimer.cs"],
            Repository.Sources("src/").Where(file => SourceRules.Timers(file).Any()).Select(file => file.Path).Order());

    [Fact]
    public void In_the_engine_only_what_stands_for_its_threads_makes_them_or_leaves_the_context() =>
        AssertNone(Sources("Engine").Where(file => !MayLeaveItsContext(file.Path)).SelectMany(SourceRules.LeavesItsContext));

    [Fact]
    public void Sqlite_and_Dapper_stay_in_Storage_Sqlite() =>
        AssertNone(Layout.Projects.Except(["Storage.Sqlite"]).SelectMany(Sources).SelectMany(SourceRules.Databases));

    [Fact]
    public void Sql_stands_in_files_of_its_own() => AssertNone(Sources("Storage.Sqlite").SelectMany(SourceRules.Statements));

    [Fact]
    public void No_file_in_src_is_past_400_lines() =>
        AssertNone(Repository.Sources("src/").SelectMany(SourceRules.TooLong));

    [Fact]
    public void No_line_of_source_is_past_140_columns() => AssertNone(Repository.Sources("").SelectMany(SourceRules.TooWide));

    [Fact]
    public void No_text_names_a_path_of_one_machine() =>
        AssertNone(Repository.TextFiles.SelectMany(SourceRules.MachinePaths));

    [Fact]
    public void No_text_names_the_host_of_a_registry() =>
        AssertNone(Repository.TextFiles.SelectMany(SourceRules.RegistryHosts));

    [Fact]
    public void A_line_of_the_log_has_an_id_of_its_own()
    {
        var ids = Repository.Sources("src/").SelectMany(SourceRules.EventIds).ToList();
        Assert.InRange(ids.Count, 20, 1_000);
        Assert.Equal(ids.Distinct(), ids);
    }

    [Fact]
    public void The_rules_see_the_files_and_not_what_was_built()
    {
        string[] paths = [.. Repository.TextFiles.Select(file => file.Path)];
        Assert.Contains("src/InternalChat.Protocol/UserName.cs", paths);
        Assert.Contains(".editorconfig", paths);
        Assert.DoesNotContain(paths, path => path.Split('/').Any(folder => folder is "bin" or "obj" or ".git"));
        Assert.NotEmpty(Sources("Protocol"));
    }

    /// <summary>What IEngineThreads is made of, and the two places that use the pool or block only where there is no context.</summary>
    private static bool MayLeaveItsContext(string path) =>
        path.StartsWith("src/InternalChat.Engine/Threads/") || path == "src/InternalChat.Engine/EngineThreads.cs"
        || path.EndsWith("/HashingPool.cs")
        || path.EndsWith("/OutboundQueue.cs") || path.EndsWith("/SingleWriter.cs");

    /// <summary>Says every violation whole, which a collection's failure does not.</summary>
    private static void AssertNone(IEnumerable<string> violations)
    {
        var all = string.Join('\n', violations);
        Assert.True(all.Length == 0, all);
    }

    private static IEnumerable<RepositoryFile> Sources(string project) =>
        Repository.Sources($"src/{Layout.Prefix}{project}/").Concat(Repository.Sources($"tools/{Layout.Prefix}{project}/"));
}
