using InternalChat.TestKit.Metrics;

namespace InternalChat.EndToEnd.Tests.Harness;

/// <summary>The tests' reader of metrics refuses what a scraper would, or what would mislead a person.</summary>
public sealed class PrometheusTextTests
{
    private const string Counter = "# TYPE a_total counter\n# HELP a_total What is counted.\n";
    private const string Histogram = "# TYPE h histogram\n# HELP h What is measured.\n";

    [Fact]
    public void Well_formed_metrics_are_read()
    {
        var metrics = PrometheusText.Parse(
            Counter + "a_total{x=\"1\",y=\"a\\\\b\\\"c\"} 2\na_total{} 1e3\n"
            + Histogram + "h_bucket{k=\"v\",le=\"5E-05\"} 1\nh_bucket{k=\"v\",le=\"+Inf\"} 3\nh_sum{k=\"v\"} 0.5\nh_count{k=\"v\"} 3\n");
        Assert.Equal(["a_total", "h"], metrics.Families);
        Assert.Equal(2, metrics["""a_total{x="1",y="a\\b\"c"}"""]);
        Assert.Equal(1_000, metrics["a_total"]);
        Assert.Equal(3, metrics["""h_count{k="v"}"""]);
    }

    [Theory]
    [InlineData(Counter + "a_total 1")]
    [InlineData("a_total 1\n")]
    [InlineData("# TYPE a_total counter\na_total 1\n")]
    [InlineData(Counter + "a_total one\n")]
    [InlineData(Counter + "a_total{x=\"1} 1\n")]
    [InlineData(Counter + "a_total{x=\"1\",x=\"2\"} 1\n")]
    [InlineData(Counter + "a_total{x-y=\"1\"} 1\n")]
    [InlineData(Counter + "a_total 1\na_total 2\n")]
    [InlineData(Counter + "b_total 1\n")]
    [InlineData(Counter + "\n")]
    [InlineData("# TYPE a counter\n# HELP a What.\na 1\n")]
    [InlineData(Counter + Histogram + Counter)]
    [InlineData(Histogram + "h_bucket{le=\"1\"} 2\nh_bucket{le=\"+Inf\"} 1\nh_sum 1\nh_count 1\n")]
    [InlineData(Histogram + "h_bucket{le=\"1\"} 1\nh_sum 1\nh_count 1\n")]
    [InlineData(Histogram + "h_bucket{le=\"+Inf\"} 1\nh_sum 1\nh_count 2\n")]
    public void What_a_scraper_would_refuse_is_refused(string text) => Assert.Throws<FormatException>(() => PrometheusText.Parse(text));
}
