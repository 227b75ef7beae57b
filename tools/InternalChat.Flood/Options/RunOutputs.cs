using InternalChat.Flood.Report;

namespace InternalChat.Flood.Options;

/// <summary>From options to whoever sees, judges and writes down a run: the one place where a new output is plugged in.</summary>
internal static class RunOutputs
{
    internal static IReadOnlyList<IRunObserver> Observers(TextWriter errors) => [new PlainProgress(errors)];

    internal static IReadOnlyList<IRunJudge> Judges() => [new SoundnessJudge()];

    internal static IEnumerable<IReportOutput> Reports(RunOptions options, TextWriter output)
    {
        yield return new ConsoleReport(output);
        if (options.JsonFile is { } file)
            yield return new JsonReport(file);
    }
}
