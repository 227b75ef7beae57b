using System.Net;
using InternalChat.Server.Hosting;
using InternalChat.Server.Network;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using OpenTelemetry.Metrics;

namespace InternalChat.Server.Observability;

/// <summary>
/// HTTP for those who watch the server: <c>/metrics</c>, <c>/healthz/live</c> and <c>/healthz/ready</c>. A host of its own on an endpoint
/// of its own, which is up before the database is opened and until the chat has ended; it neither hears signals nor serves chat.
/// </summary>
internal static class ObservabilityHost
{
    private const int MaxConnections = 64;

    public static WebServer Build(IPEndPoint endpoint, Readiness readiness, MeterProvider metrics, ILoggerFactory logging) =>
        WebServer.Build(
            logging,
            (_, web) =>
            {
                web.ConfigureServices(static services => services.AddSingleton<IHostLifetime, NoSignals>());
                web.ConfigureKestrel(kestrel =>
                {
                    kestrel.Limits.MaxRequestBodySize = 0;
                    kestrel.Listen(endpoint, static http =>
                    {
                        http.Protocols = HttpProtocols.Http1;
                        http.Use(new ConnectionRoom(MaxConnections).Before);
                    });
                });
            },
            application =>
            {
                application.Use(RefuseWhatDoesNotOnlyRead);
                application.UseOpenTelemetryPrometheusScrapingEndpoint(
                    metrics, static context => context.Request.Path == "/metrics", path: null, configureBranchedPipeline: null,
                    optionsName: null);
                application.Run(context => AnswerAsync(context, readiness));
            });

    private static Task RefuseWhatDoesNotOnlyRead(HttpContext context, RequestDelegate next)
    {
        if (HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method))
            return next(context);
        context.Response.Headers.Allow = "GET, HEAD";
        return AnswerAsync(context, StatusCodes.Status405MethodNotAllowed, "only GET and HEAD");
    }

    private static Task AnswerAsync(HttpContext context, Readiness readiness) => context.Request.Path.Value switch
    {
        "/healthz/live" => AnswerAsync(context, StatusCodes.Status200OK, "alive"),
        "/healthz/ready" => readiness.Obstacle is { } obstacle
            ? AnswerAsync(context, StatusCodes.Status503ServiceUnavailable, "not ready: " + obstacle)
            : AnswerAsync(context, StatusCodes.Status200OK, "ready"),
        _ => AnswerAsync(context, StatusCodes.Status404NotFound, "there are /metrics, /healthz/live and /healthz/ready"),
    };

    private static Task AnswerAsync(HttpContext context, int status, string line)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.WriteAsync(line + "\n");
    }
}
