using HdrHistogram;
using InternalChat.Flood.Report;
using InternalChat.TestKit;
using Xunit;

namespace InternalChat.Flood.Tests;

/// <summary>Read back with the library's own reader.</summary>
public sealed class HdrLogTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Has_both_distributions_of_every_kind_over_the_measured_time()
    {
        var histograms = await WriteAndReadAsync(new Dictionary<string, LatencyReport>
        {
            ["delivered"] = new(Histogram(1), Histogram(2)),
            ["queued"] = new(Histogram(3), Histogram(3)),
        });
        Assert.Equal(["delivered", "raw.delivered", "queued", "raw.queued"], histograms.Select(histogram => histogram.Tag));
        Assert.Equal(
            [Histogram(2).GetMaxValue(), Histogram(1).GetMaxValue(), Histogram(3).GetMaxValue(), Histogram(3).GetMaxValue()],
            histograms.Select(histogram => histogram.GetMaxValue()));
        Assert.All(histograms, histogram => Assert.Equal(10_000, histogram.TotalCount));
        Assert.All(histograms, histogram => Assert.Equal(10_000, histogram.EndTimeStamp - histogram.StartTimeStamp));
    }

    [Fact]
    public async Task Is_the_same_distribution_value_by_value()
    {
        var corrected = Histogram(7);
        var histograms = await WriteAndReadAsync(
            new Dictionary<string, LatencyReport> { ["delivered"] = new(Histogram(1), corrected) });
        Assert.Equal(
            corrected.RecordedValues().Select(value => (value.ValueIteratedTo, value.CountAtValueIteratedTo)),
            histograms[0].RecordedValues().Select(value => (value.ValueIteratedTo, value.CountAtValueIteratedTo)));
    }

    [Fact]
    public async Task A_run_without_latencies_is_a_log_of_none() =>
        Assert.Empty(await WriteAndReadAsync(new Dictionary<string, LatencyReport>()));

    private async Task<List<HistogramBase>> WriteAndReadAsync(Dictionary<string, LatencyReport> latencies)
    {
        var file = _folder.File("hdr");
        await new HdrLog(file).WriteAsync(SampleReport.Clean with { Latencies = latencies });
        using var stream = File.OpenRead(file);
        using var reader = new HistogramLogReader(stream);
        return [.. reader.ReadHistograms()];
    }

    /// <summary>Many different values, so that a line is longer than any buffer of a writer.</summary>
    private static LongHistogram Histogram(int step)
    {
        var histogram = new LongHistogram(1, 3_600_000_000, 3);
        for (var i = 1L; i <= 10_000; i++)
            histogram.RecordValue(i * step);
        return histogram;
    }
}
