using InternalChat.Flood.Measurement;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace InternalChat.Flood.Report;

/// <summary>Sees a run while it goes on. One call at a time; the sampler waits for it, the load does not.</summary>
internal interface IRunObserver
{
    /// <summary>A sentence of the scenario about what comes next.</summary>
    void OnProgress(string sentence);

    /// <summary>Warm-up begins; about every second <see cref="OnSample"/> will tell how it goes.</summary>
    void OnBegin(TimeSpan warmup, TimeSpan duration);

    void OnSample(SeriesPoint point);

    /// <summary>The load has ended. Also where it failed, so that a display can be taken down; at most once.</summary>
    void OnEnd();
}

/// <summary>The sentences, and what happened in each second, a line each.</summary>
internal sealed class PlainProgress(TextWriter output) : IRunObserver
{
    public void OnProgress(string sentence) => output.WriteLine(ReportText.Plain(sentence));

    public void OnBegin(TimeSpan warmup, TimeSpan duration)
    {
    }

    public void OnSample(SeriesPoint point)
    {
        var rates = point.Rates.Where(rate => rate.Value > 0).Select(rate => $"{rate.Key} {rate.Value:N0}/s");
        var latencies = point.Latencies.Select(latency =>
            $"{latency.Key} p50 {latency.Value.P50 / 1e3:0.00} p99 {latency.Value.P99 / 1e3:0.00} ms");
        var server = point is { ServerCores: { } cores, ServerMemoryBytes: { } memory }
            ? [$"server {cores:0.00} cores {memory / 1_048_576.0:0} MiB"]
            : Array.Empty<string>();
        var asked = point.RateAsked is { } rate ? [$"asked {rate:#,0.##}/s"] : Array.Empty<string>();
        string[] parts = [$"connections {point.Connections:N0}", .. asked, .. rates, .. latencies, .. server];
        output.WriteLine($"{point.Seconds,6:0.0} s  {string.Join(", ", parts)}");
    }

    public void OnEnd()
    {
    }
}

/// <summary>What the last second was like, drawn again each second at the same place, and taken away at the end.</summary>
internal sealed class LiveDisplay(IAnsiConsole console) : IRunObserver
{
    private const int BarWidth = 50;
    private const int PhaseWidth = 22;

    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _drawing = Task.CompletedTask;
    private LiveDisplayContext? _context;
    private TimeSpan _warmup;
    private TimeSpan _duration;

    /// <returns>Null where the terminal cannot draw again at the same place.</returns>
    internal static LiveDisplay? On(TextWriter output)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) });
        return console.Profile.Capabilities.Ansi ? new LiveDisplay(console) : null;
    }

    public void OnProgress(string sentence) => console.WriteLine(ReportText.Plain(sentence));

    public void OnBegin(TimeSpan warmup, TimeSpan duration)
    {
        (_warmup, _duration) = (warmup, duration);
        _drawing = console.Live(new Text("")).AutoClear(true).StartAsync(context =>
        {
            Volatile.Write(ref _context, context);
            return _ended.Task;
        });
    }

    public void OnSample(SeriesPoint point)
    {
        var context = Volatile.Read(ref _context);
        context?.UpdateTarget(Draw(point, _warmup, _duration, console.Profile.Width));
        context?.Refresh();
    }

    public void OnEnd()
    {
        _ended.TrySetResult();
        _drawing.GetAwaiter().GetResult();
    }

    internal static IRenderable Draw(SeriesPoint point, TimeSpan warmup, TimeSpan duration, int columns)
    {
        var facts = new Grid().AddColumn().AddColumn(new GridColumn().RightAligned());
        foreach (var (name, rate) in point.Rates.Where(rate => rate.Value > 0))
            facts.AddRow(new Text(name), new Text($"{rate:N0}/s", name == "errors" ? new Style(Color.Red) : Style.Plain));
        if (point.RateAsked is { } asked)
            facts.AddRow(new Text("asked for"), new Text($"{asked:#,0.##}/s"));
        facts.AddRow(new Text("connections"), new Text($"{point.Connections:N0}"));
        if (point.ServerCores is { } cores)
            facts.AddRow(new Text("server CPU"), new Text($"{cores:0.00} cores"));
        if (point.ServerMemoryBytes is { } memory)
            facts.AddRow(new Text("server RSS"), new Text($"{memory / 1_048_576.0:0.0} MiB"));
        facts.AddRow(new Text("this tool"), new Text($"{point.OwnCores:0.00} cores"));
        return new Rows(Progress(point.Seconds, warmup, duration, columns), new Columns(facts, Latencies(point)));
    }

    private static Table Latencies(SeriesPoint point)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn("last second, ms");
        foreach (var header in new[] { "p50", "p99", "max" })
            table.AddColumn(new TableColumn(header).RightAligned());
        foreach (var kind in LatencyKinds.All)
        {
            if (point.Latencies.TryGetValue(LatencyKinds.Name(kind), out var latency))
            {
                table.AddRow(
                    new Text(LatencyKinds.Label(kind)),
                    Milliseconds(latency.P50),
                    Milliseconds(latency.P99),
                    Milliseconds(latency.Max));
            }
        }

        return table;
    }

    private static Text Milliseconds(long microseconds) => new($"{microseconds / 1e3:0.000}");

    private static Text Progress(double seconds, TimeSpan warmup, TimeSpan duration, int columns)
    {
        var width = Math.Clamp(columns - PhaseWidth, 0, BarWidth);
        var share = Math.Clamp((seconds + warmup.TotalSeconds) / (warmup + duration).TotalSeconds, 0, 1);
        var done = (int)Math.Round(share * width);
        var phase = seconds <= 0 && warmup > TimeSpan.Zero ? "warm-up" : $"{seconds:0} of {duration.TotalSeconds:0} s";
        return new Text($"{new string('█', done)}{new string('░', width - done)} {phase}");
    }
}
