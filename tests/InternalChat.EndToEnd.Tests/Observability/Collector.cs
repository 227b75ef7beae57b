using System.Text;
using System.Threading.Channels;
using InternalChat.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;

namespace InternalChat.EndToEnd.Tests.Observability;

/// <summary>A collector of OpenTelemetry that takes metrics over HTTP, as protobuf, and says yes to all of them.</summary>
internal sealed class Collector : IAsyncDisposable
{
    private readonly Channel<string> _pushes = Channel.CreateUnbounded<string>();
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

    public static async Task<Collector> StartAsync()
    {
        var collector = new Collector();
        await collector._host.StartAsync();
        return collector;
    }

    /// <summary>Waits for a push with this in it. The texts in a push are whole, the rest is protobuf.</summary>
    public async Task<string> PushWithAsync(string text)
    {
        using var deadline = new CancellationTokenSource(Patience.Limit);
        await foreach (var push in _pushes.Reader.ReadAllAsync(deadline.Token))
        {
            if (push.Contains(text, StringComparison.Ordinal))
                return push;
        }

        throw new InvalidOperationException("The collector has ended.");
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var request = context.Request;
        if (request is { Method: "POST", Path.Value: "/v1/metrics", ContentType: "application/x-protobuf" })
            _pushes.Writer.TryWrite(Encoding.Latin1.GetString(body.ToArray()));
        else
            _pushes.Writer.TryComplete(new InvalidOperationException($"{request.Method} {request.Path} {request.ContentType}"));
        // The empty message: everything was taken.
        context.Response.ContentType = "application/x-protobuf";
    }
}
