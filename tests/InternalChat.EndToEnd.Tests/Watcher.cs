using System.Net;
using InternalChat.TestKit;
using InternalChat.TestKit.Metrics;
using InternalChat.TestKit.Processes;

namespace InternalChat.EndToEnd.Tests;

/// <summary>What watches a server that was started with <see cref="Flags"/>: a scraper and a load balancer in one.</summary>
internal sealed class Watcher : IAsyncDisposable
{
    private readonly HttpClient _http;

    private Watcher(Uri address) => _http = new HttpClient { BaseAddress = address, Timeout = Patience.Limit };

    /// <summary>Has the server serve metrics and health where the system chooses.</summary>
    public static string[] Flags => ["--http", "127.0.0.1:0"];

    public Uri Address => _http.BaseAddress!;

    /// <summary>Begins as soon as the server says where.</summary>
    public static async Task<Watcher> OfAsync(ServerProcess server)
    {
        var tooLong = Task.Delay(Patience.Limit, TestContext.Current.CancellationToken);
        var first = await Task.WhenAny(server.Output.Observable, tooLong);
        Assert.True(first == server.Output.Observable, $"The server did not say where metrics are:\n{server.Output.SoFar}");
        return new Watcher(await server.Output.Observable);
    }

    /// <summary>The metrics of this moment, read strictly.</summary>
    public async Task<PrometheusText> MetricsAsync() =>
        PrometheusText.Parse(await _http.GetStringAsync("/metrics", TestContext.Current.CancellationToken));

    public Task<HttpResponseMessage> GetAsync(string path) => _http.GetAsync(path, TestContext.Current.CancellationToken);

    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request) =>
        _http.SendAsync(request, TestContext.Current.CancellationToken);

    /// <summary>The answer to a load balancer: the line, and whether it says yes.</summary>
    public async Task<(bool IsReady, string Line)> ReadinessAsync()
    {
        using var response = await GetAsync("/healthz/ready");
        Assert.True(
            response.StatusCode is HttpStatusCode.OK or HttpStatusCode.ServiceUnavailable,
            $"/healthz/ready was answered {response.StatusCode}");
        return (response.StatusCode == HttpStatusCode.OK, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    public Task UntilReadyAsync() => UntilAsync(static readiness => readiness.IsReady, "ready");

    /// <summary>Waits until the server says that it is not ready, with this in the reason.</summary>
    public Task UntilNotReadyAsync(string reason) => UntilAsync(
        readiness => !readiness.IsReady && readiness.Line.Contains(reason, StringComparison.Ordinal), "not ready: " + reason);

    /// <summary>Waits until a series has a value: what a connection's end changes is seen a moment later.</summary>
    public async Task UntilAsync(string series, double value)
    {
        double? last = null;
        await Patience.UntilAsync(
            async () => (last = (await MetricsAsync())[series]) == value, () => $"{series} is {value}; it stayed at {last}");
    }

    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task UntilAsync(Func<(bool IsReady, string Line), bool> isReached, string what)
    {
        (bool, string) last = default;
        await Patience.UntilAsync(
            async () => isReached(last = await ReadinessAsync()), () => $"the server says '{what}'; it said {last}");
    }
}
