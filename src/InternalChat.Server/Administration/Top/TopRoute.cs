using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text.Json;
using InternalChat.Engine;
using InternalChat.Engine.Administration;
using InternalChat.Engine.Options;
using InternalChat.Server.Administration.Http;

namespace InternalChat.Server.Administration.Top;

/// <summary>What happens, moment by moment: a line of JSON each, for as long as somebody reads.</summary>
internal sealed class TopRoute(ChatEngine engine, EngineOptions options, Meter meter, TimeProvider time)
{
    private const int BusyUsers = 50;
    private const int ShortestMilliseconds = 100;
    private const int LongestMilliseconds = 60_000;
    private const int DefaultMilliseconds = 1_000;

    public void AddTo(RouteTable routes) => routes.MapLook("/v1/top", StreamAsync);

    private async Task StreamAsync(HttpContext context)
    {
        var interval = Interval(context);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(
            context.RequestAborted, context.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping);
        using var instruments = new MeterSampler(meter);
        using var process = Process.GetCurrentProcess();
        var traffic = engine.Sessions.SampleTraffic();
        var (since, cpu) = (time.GetTimestamp(), process.TotalProcessorTime);
        context.Response.ContentType = "application/x-ndjson";
        await context.Response.StartAsync(ended.Token);
        using var timer = new PeriodicTimer(interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(ended.Token))
            {
                process.Refresh();
                var (elapsed, used) = (time.GetElapsedTime(since), process.TotalProcessorTime - cpu);
                (since, cpu) = (time.GetTimestamp(), process.TotalProcessorTime);
                var sample = Sample(elapsed.TotalSeconds, instruments.Look(), traffic.TakeBusiest(BusyUsers), used, process.WorkingSet64);
                await JsonSerializer.SerializeAsync(context.Response.Body, sample, TopJson.Default.TopSample, ended.Token);
                await context.Response.Body.WriteAsync("\n"u8.ToArray(), ended.Token);
                await context.Response.Body.FlushAsync(ended.Token);
            }
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // Nobody reads any more, or the server ends.
        }
    }

    private TopSample Sample(
        double seconds, MeterMoment moment, IReadOnlyList<SessionTraffic> users, TimeSpan processorTime, long memoryBytes)
    {
        var sessions = engine.Sessions.Count();
        var batches = moment.Values("internalchat.writer.batch.size");
        return new TopSample(
            time.GetUtcNow().UtcDateTime,
            seconds,
            ContractValues.Word(engine.State),
            moment.Count("internalchat.messages/delivered") / seconds,
            moment.Count("internalchat.messages/queued") / seconds,
            moment.Count("internalchat.message.caught_up") / seconds,
            moment.Count("internalchat.messages/refused") / seconds,
            (moment.Count("internalchat.logins/authenticated") + moment.Count("internalchat.logins/registered")) / seconds,
            moment.Count("internalchat.logins/refused") / seconds,
            moment.Count("internalchat.errors") / seconds,
            engine.ConnectionCount,
            sessions.Live,
            sessions.CatchingUp,
            engine.QueuedOperations,
            options.QueueCapacity,
            batches.Length / seconds,
            batches.Length == 0 ? 0 : batches.Average(),
            moment.Milliseconds("internalchat.storage.commit.duration"),
            moment.Milliseconds("internalchat.writer.batch.duration"),
            processorTime.TotalSeconds / seconds * 100,
            memoryBytes,
            [.. users.Select(user => Describe(user, seconds))]);
    }

    private static TopUser Describe(SessionTraffic user, double seconds) => new(
        user.Session.User,
        ContractValues.Word(user.Session.State),
        user.Sent / seconds,
        user.Received / seconds,
        user.Session.WaitingBytes);

    private static TimeSpan Interval(HttpContext context)
    {
        var text = (string?)context.Request.Query["interval_ms"];
        var milliseconds = DefaultMilliseconds;
        if (text is not null && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out milliseconds)
            || milliseconds is < ShortestMilliseconds or > LongestMilliseconds))
            throw RequestReader.BadRequest($"interval_ms is a number from {ShortestMilliseconds} to {LongestMilliseconds}.");
        return TimeSpan.FromMilliseconds(milliseconds);
    }
}
