using InternalChat.Flood.Report;
using InternalChat.Flood.Report.Thresholds;

namespace InternalChat.Flood.Options;

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
