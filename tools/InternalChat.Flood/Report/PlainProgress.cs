namespace InternalChat.Flood.Report;

/// <summary>Only the sentences, a line each.</summary>
internal sealed class PlainProgress(TextWriter output) : IRunObserver
{
    public void OnProgress(string sentence) => output.WriteLine(sentence);

    public void OnBegin(TimeSpan warmup, TimeSpan duration)
    {
    }

    public void OnSample(SeriesPoint point)
    {
    }

    public void OnEnd()
    {
    }
}
