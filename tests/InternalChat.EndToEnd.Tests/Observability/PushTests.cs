using InternalChat.TestKit.Processes;

namespace InternalChat.EndToEnd.Tests.Observability;

/// <summary>"OTLP export by the usual OTEL_… variables".</summary>
public sealed class PushTests : EndToEndTest
{
    [Fact]
    public async Task Metrics_are_pushed_to_the_collector_that_the_environment_names()
    {
        var collector = Own(await Collector.StartAsync());
        var server = await StartServerAsync(ServerLaunch.Quick() with
        {
            Environment = new Dictionary<string, string>
            {
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Address,
                ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
                ["OTEL_METRIC_EXPORT_INTERVAL"] = "100",
                ["OTEL_SERVICE_NAME"] = "the-chat-of-the-third-floor",
            },
        });
        await server.Output.LineAsync($"metrics are pushed to {collector.Address}");
        await LoginAsync(server, "alice");
        var pushed = await collector.PushWithAsync("internalchat.storage.commit.duration");
        Assert.Contains("internalchat.messages", pushed, StringComparison.Ordinal);
        Assert.Contains("dotnet.process.cpu.time", pushed, StringComparison.Ordinal);
        Assert.Contains("the-chat-of-the-third-floor", pushed, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_last_figures_are_pushed_when_the_server_stops()
    {
        var collector = Own(await Collector.StartAsync());
        var server = await StartServerAsync(ServerLaunch.Quick() with
        {
            Environment = new Dictionary<string, string>
            {
                // Those for metrics win.
                ["OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"] = collector.Address + "/v1/metrics",
                ["OTEL_EXPORTER_OTLP_METRICS_PROTOCOL"] = "http/protobuf",
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://127.0.0.1:9",
            },
        });
        Assert.Equal(0, await server.TerminateAsync());
        await collector.PushWithAsync("internalchat.messages");
    }

    [Fact]
    public async Task A_collector_that_is_not_there_disturbs_nobody()
    {
        var server = await StartServerAsync(ServerLaunch.Quick() with
        {
            Environment = new Dictionary<string, string>
            {
                // The discard port, on which nobody listens.
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://127.0.0.1:9",
                ["OTEL_METRIC_EXPORT_INTERVAL"] = "100",
            },
        });
        await (await LoginAsync(server, "alice")).ExpectAliveAsync();
        Assert.Equal(0, await server.TerminateAsync());
    }

    [Theory]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4317")]
    [InlineData("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "nowhere")]
    [InlineData("OTEL_EXPORTER_OTLP_PROTOCOL", "smoke-signals")]
    public async Task What_is_no_collector_is_one_line_and_wrong_usage(string variable, string value)
    {
        var environment = new Dictionary<string, string> { ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://127.0.0.1:9", [variable] = value };
        var run = await ServerProgram.RunToEndAsync(NewFolder().Path, ["--port", "0"], environment);
        Assert.Equal(2, run.ExitCode);
        var line = Assert.Single(run.StandardError.TrimEnd('\n').Split('\n'));
        Assert.StartsWith($"{variable}: '{value}' is not ", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("OTEL_SDK_DISABLED", "true")]
    [InlineData("OTEL_METRICS_EXPORTER", "none")]
    public async Task Nothing_is_pushed_where_the_environment_turns_it_off(string variable, string value)
    {
        var server = await StartServerAsync(ServerLaunch.Quick() with
        {
            Environment = new Dictionary<string, string> { ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://127.0.0.1:9", [variable] = value },
        });
        Assert.Equal(0, await server.TerminateAsync());
        Assert.DoesNotContain("pushed", server.Output.Whole, StringComparison.Ordinal);
    }
}
