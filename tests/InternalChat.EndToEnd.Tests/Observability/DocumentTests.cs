using System.ComponentModel;
using System.Text.Json;
using System.Text.RegularExpressions;
using InternalChat.TestKit.Certificates;
using InternalChat.TestKit.Metrics;
using InternalChat.TestKit.Processes;
using InternalChat.TestKit.Sockets;

namespace InternalChat.EndToEnd.Tests.Observability;

/// <summary>What the document, the dashboard and the alerts name is what a server shows.</summary>
public sealed partial class DocumentTests : EndToEndTest
{
    [Fact]
    public async Task Every_metric_is_in_the_document_and_no_other()
    {
        var documented = DocumentedMetric().Matches(Text("metrics.md")).Select(static row => row.Groups[1].Value).ToList();
        Assert.Equal(documented.Distinct(), documented);
        Assert.Equal((await FullyShownAsync()).Families.Order(StringComparer.Ordinal), documented.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Every_metric_that_the_dashboard_asks_for_is_shown_and_its_panels_are_whole()
    {
        using var dashboard = JsonDocument.Parse(Text("grafana-dashboard.json"));
        Assert.InRange(dashboard.RootElement.GetProperty("schemaVersion").GetInt32(), 36, 99);
        var panels = dashboard.RootElement.GetProperty("panels").EnumerateArray().ToList();
        Assert.Equal(panels.Count, panels.Select(static panel => panel.GetProperty("id").GetInt32()).Distinct().Count());
        Assert.Equal(
            ["State", "Traffic", "Latency", "Storage", "Sessions", "Logins", "Process"],
            panels.Where(static panel => IsRow(panel)).Select(static panel => panel.GetProperty("title").GetString()));
        Assert.All(panels, static panel => Assert.Equal(24, panel.GetProperty("gridPos").GetProperty("w").GetInt32() * Beside(panel)));
        var shown = await FullyShownAsync();
        foreach (var panel in panels.Where(static panel => !IsRow(panel)))
        {
            var queries = panel.GetProperty("targets")
                .EnumerateArray()
                .Select(static target => target.GetProperty("expr").GetString()!)
                .ToList();
            Assert.NotEmpty(queries);
            Assert.All(queries, query => ExpectShown(query, shown));
        }

        static bool IsRow(JsonElement panel) => panel.GetProperty("type").GetString() == "row";
    }

    [Fact]
    public async Task Every_metric_that_an_alert_watches_is_shown()
    {
        var rules = AlertExpression().Matches(Text("prometheus-alerts.yml")).Select(static rule => rule.Groups[1].Value).ToList();
        Assert.InRange(rules.Count, 10, 100);
        var shown = await FullyShownAsync();
        Assert.All(rules.Where(static rule => !rule.StartsWith("up{", StringComparison.Ordinal)), rule => ExpectShown(rule, shown));
    }

    [Fact]
    public async Task Prometheus_own_tool_takes_the_alerts()
    {
        ProgramRun run;
        try
        {
            run = await ProgramRun.ToEndAsync("promtool", "check", "rules", Path("prometheus-alerts.yml"));
        }
        catch (Win32Exception missing)
        {
            Assert.Skip($"There is no promtool here: {missing.Message}");
            throw;
        }

        Assert.True(run.ExitCode == 0, run.ToString());
    }

    private static string Path(string name) => System.IO.Path.Combine(AppContext.BaseDirectory, "Observability", name);

    private static string Text(string name) => File.ReadAllText(Path(name));

    /// <summary>How many panels of this one's width fill a line.</summary>
    private static int Beside(JsonElement panel) => 24 / panel.GetProperty("gridPos").GetProperty("w").GetInt32();

    private static void ExpectShown(string query, PrometheusText shown)
    {
        var names = MetricName().Matches(query).Select(static name => name.Value).ToList();
        Assert.True(names.Count > 0, $"The query names no metric: {query}");
        Assert.All(names, name => Assert.True(
            shown.Families.Contains(name) || shown.Families.Contains(Suffix().Replace(name, "")), $"No server shows {name}: {query}"));
        var labels = shown.Samples.Keys
            .SelectMany(static series => Label().Matches(series))
            .Select(static label => label.Groups[1].Value)
            .ToHashSet();
        Assert.All(
            Label().Matches(query)
                .Concat(Grouping().Matches(query))
                .Select(static label => label.Groups[1].Value)
                .Except(["job", "instance", ""]),
            label => Assert.True(labels.Contains(label), $"No series has the label {label}: {query}"));
    }

    /// <summary>The metrics of a server that has done all that they are for: TLS, a backup, and enough messages for a checkpoint.</summary>
    private async Task<PrometheusText> FullyShownAsync()
    {
        var certificate = SelfSignedCertificate.Create(NewFolder().Path);
        var server = await StartServerAsync(
            [.. Watcher.Flags, "--tls-cert", certificate.CertificateFile, "--tls-key", certificate.KeyFile]);
        var watcher = Own(await Watcher.OfAsync(server));
        var client = new RawClientOptions
        {
            Tls = new()
            {
                RemoteCertificateValidationCallback =
                    (_, presented, _, _) => presented?.GetCertHashString() == certificate.Thumbprint,
            },
        };
        var backup = await ServerProgram.RunToEndAsync(
            NewFolder().Path, ["db", "backup", NewFolder().File("backup.db"), "--db-path", server.DatabasePath]);
        Assert.True(backup.ExitCode == 0, backup.ToString());
        await (await LoginAsync(server, "bob", client)).LeaveAsync();
        var alice = await LoginAsync(server, "alice", client);
        var body = new string('x', 4_000);
        const string Checkpoints = "internalchat_storage_checkpoint_duration_seconds";
        PrometheusText metrics;
        while (!(metrics = await watcher.MetricsAsync()).Families.Contains(Checkpoints))
        {
            await alice.SendAsync(Enumerable.Repeat($"MSG bob {body}", 100));
            for (var reply = 0; reply < 100; reply++)
                await alice.ReadReplyAsync("waiting for an acknowledgement");
        }

        return metrics;
    }

    [GeneratedRegex(@"^\| `(\w+)` \|", RegexOptions.Multiline)]
    private static partial Regex DocumentedMetric();

    [GeneratedRegex(@"expr: (?:>-\s+)?((?:[^\n]+\n(?! +for:| +labels:))*[^\n]+)")]
    private static partial Regex AlertExpression();

    [GeneratedRegex(@"\b(?:internalchat|process|dotnet)_\w+")]
    private static partial Regex MetricName();

    [GeneratedRegex("_(bucket|sum|count)$")]
    private static partial Regex Suffix();

    [GeneratedRegex("[{,](\\w+)(?:=|!=|=~|!~)\"")]
    private static partial Regex Label();

    [GeneratedRegex(@"by \((?:le, )?(\w+)\)")]
    private static partial Regex Grouping();
}
