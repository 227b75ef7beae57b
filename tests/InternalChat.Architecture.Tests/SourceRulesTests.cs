using Xunit;

namespace InternalChat.Architecture.Tests;

/// <summary>Each rule on texts that break it and on texts that only look so: a rule that cannot fail holds nothing.</summary>
public sealed class SourceRulesTests
{
    [Theory]
    [InlineData("Protocol", "using InternalChat.Engine;", true)]
    [InlineData("Storage", "using InternalChat.Protocol;", true)]
    [InlineData("Engine", "using InternalChat.Server;", true)]
    [InlineData("Engine", "var x = global::InternalChat.TestKit.Chat.Start();", true)]
    [InlineData("Client", "using InternalChat.Storage;", true)]
    [InlineData("Terminal", "using InternalChat.Engine.Sessions;", true)]
    [InlineData("Server", "using InternalChat.Benchmarks;", true)]
    [InlineData("Server", "using InternalChat.Client;", true)]
    [InlineData("Server", "using InternalChat.Terminal;", true)]
    [InlineData("Flood", "using InternalChat.Server;", true)]
    [InlineData("Engine", "using InternalChat.Protocol.Parsing;", false)]
    [InlineData("Engine", "using InternalChat.Storage;", false)]
    [InlineData("Engine", "using InternalChat.Storage.Diagnostics;", false)]
    [InlineData("Engine", "using InternalChat.Storage.Sqlite;", true)]
    [InlineData("Engine", "using InternalChat.Storage.Sqlite.Writing;", true)]
    [InlineData("Storage", "namespace InternalChat.Storage.Sqlite;", true)]
    [InlineData("Storage.Sqlite", "namespace InternalChat.Storage.Sqlite.Writing;", false)]
    [InlineData("Terminal", "using InternalChat.Protocol;", false)]
    [InlineData("Protocol", "namespace InternalChat.Protocol.Framing;", false)]
    [InlineData("Protocol", "    /// InternalChat.Engine calls it.", false)]
    public void Foreign_namespaces(string project, string line, bool isViolation) =>
        AssertRule(isViolation, SourceRules.ForeignNamespaces(File(line), project));

    [Theory]
    [InlineData("src/InternalChat.Engine/Delivery/CatchUp.cs", "using System.IO.Pipelines;", true)]
    [InlineData("src/InternalChat.Engine/Engine.cs", "private readonly PipeWriter _output;", true)]
    [InlineData("src/InternalChat.Engine/Sessions/Session.cs", "Session(IDuplexPipe transport)", true)]
    [InlineData("src/InternalChat.Engine/Connections/ChatConnection.cs", "using System.IO.Pipelines;", false)]
    [InlineData("src/InternalChat.Engine/Lifecycle/ConnectionLoop.cs", "using System.IO.Pipelines;", false)]
    [InlineData("src/InternalChat.Engine/Outbound/Outbound.cs", "private readonly PipeWriter _output;", false)]
    [InlineData("src/InternalChat.Engine/Engine.cs", "private readonly IPipeline _pipeline;", false)]
    public void Pipes_elsewhere(string path, string line, bool isViolation) =>
        AssertRule(isViolation, SourceRules.PipesElsewhere(new RepositoryFile(path, line)));

    [Theory]
    [InlineData("public override Task OnConnectedAsync(ConnectionContext connection)", true)]
    [InlineData("private readonly ChatConnectionContext _context;", false)]
    public void Kestrel_connections(string line, bool isViolation) => AssertRule(isViolation, SourceRules.KestrelConnections(File(line)));

    [Theory]
    [InlineData("ServerFrames.Pong(writer);", true)]
    [InlineData("var error = CommandParser.Parse(line, out var command);", true)]
    [InlineData("var list = NameListWriter.Online();", true)]
    [InlineData("WireErrors.Reason(code)", true)]
    [InlineData("using InternalChat.Protocol.Writing;", true)]
    [InlineData("WireFormat.Version1.Pong(writer);", true)]
    [InlineData("session.Wire.Pong(writer);", false)]
    [InlineData("using InternalChat.Protocol.Parsing;", false)]
    [InlineData("WireFormat.Word(code)", false)]
    [InlineData("if (version.SequenceEqual(format.Version))", false)]
    public void One_wire_version(string line, bool isViolation) => AssertRule(isViolation, SourceRules.OneWireVersion(File(line)));

    [Theory]
    [InlineData("using System.Net.Sockets;", true)]
    [InlineData("// SQLite's calls are synchronous", true)]
    [InlineData("// once the WAL is on the disk", true)]
    [InlineData("// What the peer's kernel has", false)]
    [InlineData("walk.Next()", false)]
    public void Transports_and_databases(string line, bool isViolation) =>
        AssertRule(isViolation, SourceRules.TransportsAndDatabases(File(line)));

    [Theory]
    [InlineData("_timer = time.CreateTimer(_ => Look(), null, Interval, Interval);", true)]
    [InlineData("using var timer = new Timer(_ => Look());", true)]
    [InlineData("_timer = new RepeatingTimer(time, () => Interval, Look, name, logger);", false)]
    [InlineData("using var timer = new PeriodicTimer(interval, time);", false)]
    public void Timers(string line, bool isViolation) => AssertRule(isViolation, SourceRules.Timers(File(line)));

    [Theory]
    [InlineData("using Microsoft.Data.Sqlite;", true)]
    [InlineData("using Dapper;", true)]
    [InlineData("catch (SqliteException e)", true)]
    [InlineData("using SQLitePCL;", true)]
    [InlineData("var file = \"chat.sqlite\";", false)]
    [InlineData("// SqliteCommand is synchronous.", false)]
    public void Databases(string line, bool isViolation) => AssertRule(isViolation, SourceRules.Databases(File(line)));

    [Theory]
    [InlineData("connection.Execute(\"DELETE FROM users\");", true)]
    [InlineData("        INSERT OR IGNORE INTO blocks (blocker_id) VALUES (?1)", true)]
    [InlineData("    UPDATE state SET refusals = 0", true)]
    [InlineData("connection.Execute(\"BEGIN IMMEDIATE\");", true)]
    [InlineData("connection.Execute(\"PRAGMA page_size = 4096\");", false)]
    [InlineData("\"COMMIT of one transaction\");", false)]
    [InlineData("throw new DatabaseException(\"Update the server first\");", false)]
    [InlineData("// SELECT is not said here.", false)]
    public void Statements(string line, bool isViolation) => AssertRule(isViolation, SourceRules.Statements(File(line)));

    [Theory]
    [InlineData("Dapper", true)]
    [InlineData("Dapper.AOT", true)]
    [InlineData("Microsoft.Data.Sqlite", true)]
    [InlineData("Microsoft.Data.Sqlite.Core", true)]
    [InlineData("SQLitePCLRaw.core", true)]
    [InlineData("InternalChat.Storage", false)]
    [InlineData("System.CommandLine", false)]
    public void Database_packages(string name, bool isDatabase) => Assert.Equal(isDatabase, SourceRules.IsDatabase(name));

    [Theory]
    [InlineData(SourceRules.MaxSourceLines, false)]
    [InlineData(SourceRules.MaxSourceLines + 1, true)]
    public void Too_long(int lines, bool isViolation) =>
        AssertRule(isViolation, SourceRules.TooLong(File(string.Concat(Enumerable.Repeat("x\n", lines)))));

    [Theory]
    [InlineData(SourceRules.MaxColumns, false)]
    [InlineData(SourceRules.MaxColumns + 1, true)]
    public void Too_wide(int columns, bool isViolation) =>
        AssertRule(isViolation, SourceRules.TooWide(File($"short\n{new string('ß', columns)}\n")));

    // The roots are put together here, for this file is held to the rule as any other.
    [Theory]
    [InlineData("cd {0}work/main", true)]
    [InlineData("path = \"{0}root/.nuget/packages\"", true)]
    [InlineData("# see {0}tmp/log", true)]
    [InlineData("// file://{0}tmp/log", true)]
    [InlineData("--db-path={0}tmp/chat.db", true)]
    [InlineData("C:{1}Users{1}me{1}chat.db", true)]
    [InlineData("src/tmp/notes", false)]
    [InlineData("https://example.org/work/1", false)]
    [InlineData("$scratch/tmp/chat.db", false)]
    [InlineData("./data/chat.db", false)]
    [InlineData("Path.GetTempPath()", false)]
    [InlineData("/workers/", false)]
    public void Machine_paths(string format, bool isViolation) =>
        AssertRule(isViolation, SourceRules.MachinePaths(File(format.Replace("{0}", "/").Replace("{1}", "\\"))));

    [Theory]
    [InlineData("https://api.nuget{0}org/v3/index.json", true)]
    [InlineData("https://www.NuGet{0}org/packages/Dapper", true)]
    [InlineData("FROM mcr.microsoft{0}com/dotnet/runtime", true)]
    [InlineData("docker pull ghcr{0}io/chat", true)]
    [InlineData("https://registry{0}example{0}com/", true)]
    [InlineData("dotnet nuget", false)]
    [InlineData("The registry of sessions. Then more", false)]
    [InlineData("https://learn.microsoft.com/dotnet", false)]
    public void Registry_hosts(string format, bool isViolation) =>
        AssertRule(isViolation, SourceRules.RegistryHosts(File(format.Replace("{0}", "."))));

    private static RepositoryFile File(string text) => new("src/InternalChat.Engine/Sample.cs", text);

    private static void AssertRule(bool isViolation, IEnumerable<string> violations) => Assert.Equal(isViolation, violations.Any());
}
