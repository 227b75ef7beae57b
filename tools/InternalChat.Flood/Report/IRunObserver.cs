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
