using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Legends;
using OxyPlot.Series;

namespace InternalChat.Reporting;

/// <summary>Charts as SVG elements that stand in a page without script, fonts or network. Members may be called from any thread.</summary>
public static class SvgChart
{
    /// <summary>Width of every chart in pixels; pages scale it down to what they have.</summary>
    public const int Width = 900;

    private const int LinesHeight = 320;
    private const int BarHeight = 30;
    private const int BarsMargin = 90;

    private static readonly OxyColor Grid = OxyColor.FromRgb(222, 225, 230);
    private static readonly OxyColor Ink = OxyColor.FromRgb(60, 66, 74);

    // Distinct also for those who do not tell red from green (Okabe and Ito).
    private static readonly OxyColor[] Palette =
        [.. new[] { "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#5c6570" }.Select(OxyColor.Parse)];

    /// <summary>Lines over a common axis. Points that an axis cannot show (0 on a logarithmic one) are left out.</summary>
    /// <param name="title">What the chart shows.</param>
    /// <param name="horizontal">The axis at the bottom.</param>
    /// <param name="vertical">The axis at the left.</param>
    /// <param name="lines">In the order of the legend.</param>
    public static string Lines(string title, ChartAxis horizontal, ChartAxis vertical, IEnumerable<ChartLine> lines)
    {
        var model = Model(title);
        model.Legends.Add(new Legend
        {
            LegendPlacement = LegendPlacement.Outside,
            LegendPosition = LegendPosition.TopLeft,
            LegendOrientation = LegendOrientation.Horizontal,
        });
        model.Axes.Add(Axis(horizontal, AxisPosition.Bottom));
        model.Axes.Add(Axis(vertical, AxisPosition.Left));
        foreach (var (index, line) in lines.Index())
        {
            var series = new LineSeries
            {
                Title = line.Name,
                StrokeThickness = 1.8,
                Color = Palette[index % Palette.Length],
                // More lines than colours are told apart by their strokes.
                LineStyle = index < Palette.Length ? LineStyle.Solid : LineStyle.Dash,
            };
            series.Points.AddRange(line.Points
                .Where(point => horizontal.CanShow(point.X) && vertical.CanShow(point.Y))
                .Select(point => new DataPoint(horizontal.Place(point.X), point.Y)));
            model.Series.Add(series);
        }

        return Export(model, LinesHeight);
    }

    /// <summary>Horizontal bars from top to bottom, each with its value.</summary>
    /// <param name="title">What the chart shows, with the unit.</param>
    /// <param name="bars">In the order in which they are shown.</param>
    public static string Bars(string title, IReadOnlyCollection<ChartBar> bars)
    {
        var model = Model(title);
        model.Axes.Add(new CategoryAxis
        {
            Position = AxisPosition.Left,
            ItemsSource = bars.Select(bar => bar.Name).Reverse().ToList(),
            TickStyle = TickStyle.None,
            TextColor = Ink,
        });
        model.Axes.Add(Axis(new ChartAxis("") { Minimum = 0, Padding = 0.12 }, AxisPosition.Bottom));
        var series = new BarSeries
        {
            LabelPlacement = LabelPlacement.Outside,
            LabelFormatString = "{0:#,0.###}",
            FillColor = Palette[0],
            BarWidth = 0.7,
            TextColor = Ink,
        };
        series.Items.AddRange(bars.Reverse().Select(bar => new BarItem(bar.Value)));
        model.Series.Add(series);
        return Export(model, BarsMargin + bars.Count * BarHeight);
    }

    private static PlotModel Model(string title) => new()
    {
        Title = title,
        TitleFontSize = 14,
        TitleFontWeight = FontWeights.Bold,
        TitleHorizontalAlignment = TitleHorizontalAlignment.CenteredWithinPlotArea,
        DefaultFont = "Helvetica, Arial, 'Liberation Sans', sans-serif",
        PlotAreaBorderThickness = new OxyThickness(1, 0, 0, 1),
        PlotAreaBorderColor = Ink,
        TextColor = Ink,
    };

    private static Axis Axis(ChartAxis axis, AxisPosition position)
    {
        Axis drawn = axis.Scale == AxisScale.Linear ? new LinearAxis() : new LogarithmicAxis();
        drawn.Position = position;
        drawn.Title = axis.Title;
        drawn.AxisTitleDistance = 8;
        drawn.MajorGridlineStyle = LineStyle.Solid;
        drawn.MajorGridlineColor = Grid;
        drawn.MinorTickSize = 0;
        drawn.TicklineColor = Ink;
        drawn.MaximumPadding = axis.Padding;
        if (axis.Minimum is { } minimum)
            drawn.Minimum = axis.Place(minimum);
        if (axis.Scale == AxisScale.Percentile)
            drawn.LabelFormatter = static value => IsUsualPercentile(value) ? $"{100 - 100 / value:0.######}%" : "";
        else
            drawn.LabelFormatter = static value => $"{value:#,0.######}";
        return drawn;
    }

    /// <summary>50, and each further nine: a place on the axis is one of how many are above it.</summary>
    private static bool IsUsualPercentile(double place) =>
        Math.Abs(place - 2) < 1e-9 || Math.Abs(Math.Log10(place) - Math.Round(Math.Log10(place))) < 1e-9;

    private static string Export(PlotModel model, int height) =>
        new SvgExporter
        {
            Width = Width,
            Height = height,
            IsDocument = false,
            UseVerticalTextAlignmentWorkaround = true,
            TextMeasurer = new WideTextMeasurer(model),
        }.ExportToString(model) is var svg ? svg[svg.IndexOf("<svg", StringComparison.Ordinal)..] : "";

    /// <summary>The library measures narrower than browsers draw: this leaves room for wide fonts, so that no label is cut off.</summary>
    private sealed class WideTextMeasurer(PlotModel model) : PdfRenderContext(Width, LinesHeight, model.Background)
    {
        private const double Widening = 1.5;

        public override OxySize MeasureText(string text, string fontFamily, double fontSize, double fontWeight)
        {
            var size = base.MeasureText(text, fontFamily, fontSize, fontWeight);
            return new OxySize(size.Width * Widening, size.Height);
        }
    }
}

/// <summary>A line of a chart.</summary>
/// <param name="Name">What the legend calls it.</param>
/// <param name="Points">From left to right.</param>
public sealed record ChartLine(string Name, IReadOnlyList<(double X, double Y)> Points);

/// <summary>A bar of a chart.</summary>
/// <param name="Name">What stands at its left.</param>
/// <param name="Value">Its length, 0 or more.</param>
public sealed record ChartBar(string Name, double Value);

/// <summary>How values are laid out along an axis.</summary>
public enum AxisScale
{
    /// <summary>Evenly.</summary>
    Linear,

    /// <summary>Each factor of ten takes the same room; values are above 0.</summary>
    Logarithmic,

    /// <summary>For percentiles, 0 up to but not including 100: each further nine takes the same room.</summary>
    Percentile,
}

/// <summary>An axis of a chart.</summary>
/// <param name="Title">Its name and unit.</param>
/// <param name="Scale">How values are laid out.</param>
public sealed record ChartAxis(string Title, AxisScale Scale = AxisScale.Linear)
{
    /// <summary>Where the axis begins; at the least value if not given.</summary>
    public double? Minimum { get; init; }

    /// <summary>Free room past the greatest value, as a share of the axis.</summary>
    public double Padding { get; init; } = 0.02;

    internal bool CanShow(double value) => double.IsFinite(value) && Scale switch
    {
        AxisScale.Logarithmic => value > 0,
        AxisScale.Percentile => value is >= 0 and < 100,
        _ => true,
    };

    /// <summary>What the drawing library is given: a percentile becomes one of how many are above it.</summary>
    internal double Place(double value) => Scale == AxisScale.Percentile ? 100 / (100 - value) : value;
}
