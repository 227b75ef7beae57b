using System.CommandLine;
using System.CommandLine.Parsing;
using InternalChat.Flood.Report;
using InternalChat.Flood.Report.Thresholds;

namespace InternalChat.Flood.Options;

/// <summary>The options that say how a run is shown, written down and judged.</summary>
internal sealed class OutputOptions
{
    private readonly Option<bool> _noLive = new("--no-live")
    {
        Description = "Plain lines instead of a live display, as always where the output is no terminal",
    };

    private readonly Option<string?> _json = new("--json") { HelpName = "FILE", Description = "Also write the results to this file" };

    private readonly Option<string?> _html = new("--html")
    {
        HelpName = "FILE",
        Description = "Also write a page with charts, which opens offline",
    };

    private readonly Option<string?> _hdr = new("--hdr")
    {
        HelpName = "FILE",
        Description = "Also write the distributions as an HdrHistogram log, in µs, with tags KIND (corrected) and raw.KIND",
    };

    private readonly Option<Threshold[]> _thresholds = new("--threshold")
    {
        HelpName = "EXPRESSION",
        Description = "Fail unless this holds; may be given again: 'p99<5ms' 'raw.queued.p99.9<=10ms' 'acknowledged>1000/s' 'errors=0' "
            + "'lost=0' 'server_cpu<3us' 'server_rss<100MiB'",
        AllowMultipleArgumentsPerToken = false,
        CustomParser = Thresholds,
        DefaultValueFactory = _ => [],
    };

    internal void AddTo(Command command)
    {
        command.Add(_noLive);
        foreach (var file in new[] { _json, _html, _hdr })
        {
            file.Validators.Add(OptionParsers.WritableFile);
            command.Add(file);
        }

        command.Add(_thresholds);
        command.Validators.Add(result =>
        {
            // The scenario's own too: whichever is written last would be all that is left.
            var files = command.Options.Where(option => option.Validators.Contains(OptionParsers.WritableFile))
                .SelectMany(option => (result.GetResult(option)?.Tokens ?? []).Select(word => (option.Name, File: word.Value)))
                .Where(given => given.File.Length > 0);
            if (files.GroupBy(given => Path.GetFullPath(given.File)).FirstOrDefault(same => same.Count() > 1) is { } twice)
            {
                result.AddError(
                    $"{string.Join(", ", twice.Select(given => given.Name))}: each needs a file of its own, not '{twice.First().File}'");
            }
        });
    }

    internal RunOutputSettings Read(ParseResult parsed) => new()
    {
        IsLive = !parsed.GetValue(_noLive),
        JsonFile = parsed.GetValue(_json),
        HtmlFile = parsed.GetValue(_html),
        HdrFile = parsed.GetValue(_hdr),
        Thresholds = parsed.GetValue(_thresholds) ?? [],
    };

    private static Threshold[] Thresholds(ArgumentResult result)
    {
        var thresholds = new List<Threshold>();
        foreach (var token in result.Tokens)
        {
            if (Threshold.TryParse(token.Value, out var threshold, out var problem))
                thresholds.Add(threshold);
            else
                result.AddError($"--threshold: '{token.Value}' {problem}");
        }

        return [.. thresholds];
    }
}

/// <summary>How a run is shown, written down and judged. Files are null where they are not wanted.</summary>
internal sealed record RunOutputSettings
{
    /// <summary>Whether a live display is wanted where there is a terminal.</summary>
    internal required bool IsLive { get; init; }

    internal required string? JsonFile { get; init; }

    internal required string? HtmlFile { get; init; }

    internal required string? HdrFile { get; init; }

    internal required IReadOnlyList<Threshold> Thresholds { get; init; }
}

/// <summary>From options to whoever sees, judges and writes down a run: the one place where a new output is plugged in.</summary>
internal static class RunOutputs
{
    internal static IReadOnlyList<IRunObserver> Observers(RunOutputSettings settings, TextWriter errors) =>
        settings.IsLive && IsTerminal(errors) && LiveDisplay.On(errors) is { } display ? [display] : [new PlainProgress(errors)];

    internal static IReadOnlyList<IRunJudge> Judges(RunOutputSettings settings) =>
        [new SoundnessJudge(), new ThresholdJudge(settings.Thresholds)];

    internal static IEnumerable<IReportOutput> Reports(RunOutputSettings settings, TextWriter output)
    {
        yield return new ConsoleReport(output);
        if (settings.JsonFile is { } json)
            yield return new JsonReport(json);
        if (settings.HtmlFile is { } html)
            yield return new HtmlReport(html);
        if (settings.HdrFile is { } hdr)
            yield return new HdrLog(hdr);
    }

    private static bool IsTerminal(TextWriter errors) =>
        ReferenceEquals(errors, Console.Error) && !Console.IsErrorRedirected && !Console.IsOutputRedirected;
}
