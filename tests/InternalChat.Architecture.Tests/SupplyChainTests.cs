using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Xunit;

namespace InternalChat.Architecture.Tests;

/// <summary>
/// What the repository's build files make of a restore. The restored project has one package and lies beside copies of these files; the
/// package comes from the cache that the build of these tests filled, so no source is asked for it.
/// </summary>
public sealed class SupplyChainTests : IDisposable
{
    private static readonly CancellationToken Cancelled = TestContext.Current.CancellationToken;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("supply-chain-");

    public SupplyChainTests()
    {
        foreach (var file in Repository.TextFiles.Where(file => file.Path.StartsWith("Directory.", StringComparison.Ordinal)))
            Write(file.Path, file.Text);
        Write("sample.csproj", """
            <Project Sdk="Microsoft.NET.Sdk">
              <ItemGroup><PackageReference Include="CsCheck" /></ItemGroup>
            </Project>
            """);
    }

    [Fact]
    public void Every_project_has_its_lock_file()
    {
        var paths = Repository.TextFiles.Select(file => file.Path).ToHashSet();
        Assert.All(Repository.Projects, project => Assert.Contains($"{Path.GetDirectoryName(project.Path)}/packages.lock.json", paths));
    }

    [Fact]
    public async Task A_locked_restore_refuses_a_package_that_is_not_the_one_in_the_lock_file()
    {
        Assert.Contains("Restored", await RestoreAsync(Sources()));
        Write("packages.lock.json", File.ReadAllText(Of("packages.lock.json")).Replace("\"contentHash\": \"", "\"contentHash\": \"AAAA"));
        File.Delete(Of("obj/project.assets.json"));
        Assert.Contains("error NU1403", await RestoreAsync(Sources(), "-p:RestoreLockedMode=true", "--force"));
    }

    [Fact]
    public async Task A_second_source_of_packages_is_refused_until_packages_are_mapped_to_one()
    {
        var two = Sources("first", "second");
        Assert.Contains("error NU1507", await RestoreAsync(two, "-p:NuGetAudit=false"));
        var mapping = """<packageSourceMapping><packageSource key="first"><package pattern="*" /></packageSource></packageSourceMapping>""";
        Assert.Contains("Restored", await RestoreAsync(two + mapping, "-p:NuGetAudit=false"));
    }

    [Theory]
    [InlineData(0, "warning NU1901")]
    [InlineData(1, "warning NU1902")]
    [InlineData(2, "error NU1903")]
    [InlineData(3, "error NU1904")]
    public async Task An_advisory_on_a_package_ends_the_build_from_severity_high(int severity, string message)
    {
        using var source = new HttpListener();
        // What NuGet has read at an address it does not read again for half an hour, and a port may come again.
        var address = $"{ListenOnAFreePort(source)}{Guid.NewGuid():N}/";
        var answers = AnswerAsync(source, new()
        {
            ["index.json"] = new
            {
                version = "3.0.0",
                resources = new[] { Resource("@id", address + "list.json", "@type", "VulnerabilityInfo/6.7.0") },
            },
            ["list.json"] = new[] { Resource("@name", "base", "@id", address + "base.json", "@updated", "2026-01-01T00:00:00Z") },
            ["base.json"] = new { cscheck = new[] { new { url = "https://advisory.invalid/1", severity, versions = "(, 99.0.0)" } } },
        });

        var audit = $"""<clear /><add key="audit" value="{address}index.json" allowInsecureConnections="true" />""";
        Assert.Contains(message, await RestoreAsync($"{Sources()}<auditSources>{audit}</auditSources>"));
        source.Stop();
        await answers;
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static string Sources(params string[] names)
    {
        var sources = names.Select(name => $"""<add key="{name}" value="https://{name}.invalid/index.json" />""");
        return $"<packageSources><clear />{string.Concat(sources)}</packageSources>";
    }

    private static Dictionary<string, string> Resource(params string[] pairs) =>
        pairs.Chunk(2).ToDictionary(pair => pair[0], pair => pair[1]);

    private static string ListenOnAFreePort(HttpListener listener)
    {
        using var probe = new Socket(SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var address = $"http://127.0.0.1:{((IPEndPoint)probe.LocalEndPoint!).Port}/";
        probe.Dispose();
        listener.Prefixes.Add(address);
        listener.Start();
        return address;
    }

    private static async Task AnswerAsync(HttpListener listener, Dictionary<string, object> answers)
    {
        try
        {
            while (true)
            {
                var context = await listener.GetContextAsync();
                if (answers.TryGetValue(context.Request.Url!.Segments[^1], out var answer))
                    await JsonSerializer.SerializeAsync(context.Response.OutputStream, answer);
                else
                    context.Response.StatusCode = 404;
                context.Response.Close();
            }
        }
        catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
        {
            // It was stopped.
        }
    }

    private async Task<string> RestoreAsync(string configuration, params string[] arguments)
    {
        Write("nuget.config", $"<configuration>{configuration}</configuration>");
        string[] all = ["restore", "sample.csproj", "-p:RestoreLockedMode=false", .. arguments];
        using var restore = Process.Start(new ProcessStartInfo("dotnet", all)
        {
            WorkingDirectory = _folder.FullName,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = restore.StandardError.ReadToEndAsync(Cancelled);
        var output = await restore.StandardOutput.ReadToEndAsync(Cancelled);
        await restore.WaitForExitAsync(Cancelled);
        return output + await errors;
    }

    private void Write(string name, string text) => File.WriteAllText(Of(name), text);

    private string Of(string name) => Path.Combine(_folder.FullName, name);
}
