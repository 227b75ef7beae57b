using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;

namespace InternalChat.EndToEnd.Tests.Observability;

/// <summary>A collector of OpenTelemetry that takes metrics over HTTP, as protobuf, and says yes to all of them.</summary>
internal sealed class Collector : IAsyncDisposable
{
    private readonly TaskCompletionSource<string> _received = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly WebApplication _host;

    private Collector()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _host = builder.Build();
        _host.Run(TakeAsync);
    }

    public string Address => _host.Urls.Single();

    /// <summary>The first push; the texts in it are whole, the rest is protobuf.</summary>
    public Task<string> Received => _received.Task;

    public static async Task<Collector> StartAsync()
    {
        var collector = new Collector();
        await collector._host.StartAsync();
        return collector;
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        if (context.Request is { Method: "POST", Path.Value: "/v1/metrics", ContentType: "application/x-protobuf" })
            _received.TrySetResult(Encoding.Latin1.GetString(body.ToArray()));
        else
            _received.TrySetException(new InvalidOperationException($"{context.Request.Method} {context.Request.Path} {context.Request.ContentType}"));
        // The empty message: everything was taken.
        context.Response.ContentType = "application/x-protobuf";
    }
}
