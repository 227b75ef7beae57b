namespace InternalChat.Flood.Report;

/// <summary>A form that the results of a run take. Each is asked once, when the run is over and judged.</summary>
internal interface IReportOutput
{
    /// <summary>For people: where it goes.</summary>
    string Name { get; }

    /// <exception cref="IOException">It cannot be written where it should be.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written where it should be.</exception>
    Task WriteAsync(RunReport report);
}
