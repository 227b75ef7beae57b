using System.Net;
using System.Text;

namespace InternalChat.Reporting;

/// <summary>A report, written from top to bottom; the page escapes every text. Not thread-safe.</summary>
public interface IReportPage
{
    /// <summary>A headline: level 2 for sections, 3 for what is in them.</summary>
    void Headline(string text, int level = 2);

    /// <summary>A paragraph; <paramref name="style"/> is <c>quiet</c>, <c>good</c>, <c>bad</c> or empty.</summary>
    void Paragraph(string text, string style = "");

    /// <summary>Text as a terminal shows it.</summary>
    void Preformatted(string text);

    /// <summary>A drawing from <see cref="SvgChart"/>, which is trusted. Pages of text leave it out.</summary>
    void Figure(string svg);

    /// <summary>A table. A column whose first cell is a number is aligned to the right.</summary>
    /// <param name="headers">One for each column.</param>
    /// <param name="rows">Cells from left to right.</param>
    void Table(IReadOnlyList<string> headers, IEnumerable<IReadOnlyList<TableCell>> rows);
}

/// <summary>A cell of a table.</summary>
/// <param name="Text">Its text.</param>
/// <param name="Style"><c>number</c> (to the right), <c>quiet</c>, <c>good</c>, <c>bad</c>, several with a space between, or empty.</param>
public readonly record struct TableCell(string Text, string Style = "")
{
    internal bool IsNumber => Style.StartsWith("number", StringComparison.Ordinal);

    /// <summary>A cell of plain text.</summary>
    public static implicit operator TableCell(string text) => new(text);

    /// <summary>A number, formatted, with its unit if it has one.</summary>
    public static TableCell Number(string text) => new(text, "number");

    /// <summary>A number that explains the one before it.</summary>
    public static TableCell QuietNumber(string text) => new(text, "number quiet");

    /// <summary>Whether something was as it should be.</summary>
    public static TableCell Verdict(bool isGood, string good, string bad) => isGood ? new(good, "good") : new(bad, "bad");
}

/// <summary>One self-contained page: its style is inside, nothing is loaded.</summary>
public sealed class HtmlPage : IReportPage
{
    private readonly StringBuilder _html = new();
    private int _figures;

    /// <param name="title">The page's title and headline.</param>
    /// <param name="subtitle">A line below it; none where empty.</param>
    public HtmlPage(string title, string subtitle = "")
    {
        _html.Append($"""
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>{Text(title)}</title>
            <style>
            {Style()}</style>
            </head>
            <body>
            <h1>{Text(title)}</h1>

            """);
        if (subtitle.Length > 0)
            Paragraph(subtitle, "quiet");
    }

    /// <inheritdoc/>
    public void Headline(string text, int level = 2) => _html.Append($"<h{level}>{Text(text)}</h{level}>\n");

    /// <inheritdoc/>
    public void Paragraph(string text, string style = "") => _html.Append($"<p class=\"{style}\">{Text(text)}</p>\n");

    /// <inheritdoc/>
    public void Preformatted(string text) => _html.Append($"<pre>{Text(text)}</pre>\n");

    /// <inheritdoc/>
    public void Figure(string svg)
    {
        // Ids are the page's: drawings that share them would be cut off where the first of them is.
        var prefix = $"figure{++_figures}-";
        var unique = svg
            .Replace(" id=\"", $" id=\"{prefix}", StringComparison.Ordinal)
            .Replace("url(#", $"url(#{prefix}", StringComparison.Ordinal);
        _html.Append($"<figure>{unique}</figure>\n");
    }

    /// <inheritdoc/>
    public void Table(IReadOnlyList<string> headers, IEnumerable<IReadOnlyList<TableCell>> rows)
    {
        _html.Append("<table>\n<tr>");
        IReadOnlyList<TableCell>[] lines = [.. rows];
        foreach (var (i, header) in headers.Index())
            _html.Append($"<th class=\"{(lines is [var first, ..] && first[i].IsNumber ? "number" : "")}\">{Text(header)}</th>");

        foreach (var row in lines)
        {
            _html.Append("</tr>\n<tr>");
            foreach (var cell in row)
                _html.Append($"<td class=\"{cell.Style}\">{Text(cell.Text)}</td>");
        }

        _html.Append("</tr>\n</table>\n");
    }

    /// <summary>The whole page.</summary>
    public override string ToString() => $"{_html}</body>\n</html>\n";

    private static string Text(string text) => WebUtility.HtmlEncode(text);

    private static string Style()
    {
        using var stream = typeof(HtmlPage).Assembly.GetManifestResourceStream("page.css")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}

/// <summary>The same as Markdown, for reading as text and for the documentation.</summary>
public sealed class MarkdownPage : IReportPage
{
    private readonly StringBuilder _text = new();

    /// <param name="title">The page's headline; none if empty.</param>
    /// <param name="subtitle">A line below it; none if empty.</param>
    public MarkdownPage(string title = "", string subtitle = "")
    {
        if (title.Length > 0)
            _text.Append($"# {Text(title)}\n");
        if (subtitle.Length > 0)
            Paragraph(subtitle);
    }

    /// <inheritdoc/>
    public void Headline(string text, int level = 2) => Block($"{new string('#', level)} {Text(text)}\n");

    /// <inheritdoc/>
    public void Paragraph(string text, string style = "") => Block($"{Text(text)}\n");

    /// <inheritdoc/>
    public void Preformatted(string text) => Block($"```\n{text}\n```\n");

    /// <inheritdoc/>
    public void Figure(string svg)
    {
    }

    /// <inheritdoc/>
    public void Table(IReadOnlyList<string> headers, IEnumerable<IReadOnlyList<TableCell>> rows) =>
        Block(Table(headers, [.. rows], isAligned: false));

    /// <summary>A table alone.</summary>
    /// <param name="headers">One for each column.</param>
    /// <param name="rows">Cells from left to right.</param>
    /// <param name="isAligned">Pads the cells, so that the table also reads well in a terminal.</param>
    public static string Table(IReadOnlyList<string> headers, IReadOnlyList<IReadOnlyList<TableCell>> rows, bool isAligned)
    {
        var isNumber = headers.Select((_, column) => rows is [var first, ..] && first[column].IsNumber).ToArray();
        var widths = headers.Select((header, column) => isAligned
            ? rows.Select(row => Text(row[column].Text).Length).Append(header.Length).Max()
            : isNumber[column] ? 4 : 3);
        var text = new StringBuilder();
        int[] rules = [.. widths];
        Line([.. headers]);
        Line([.. rules.Select((width, column) => isNumber[column] ? new string('-', width - 1) + ":" : new string('-', width))]);
        foreach (var row in rows)
            Line([.. row.Select(cell => Text(cell.Text))]);
        return text.ToString();

        void Line(string[] cells)
        {
            foreach (var (column, cell) in cells.Index())
            {
                var width = isAligned ? rules[column] : 0;
                text.Append("| ").Append(isNumber[column] ? cell.PadLeft(width) : cell.PadRight(width)).Append(' ');
            }

            text.Append("|\n");
        }
    }

    /// <summary>The whole page.</summary>
    public override string ToString() => _text.ToString();

    private void Block(string block) => _text.Append(_text.Length > 0 ? "\n" : "").Append(block);

    /// <summary>Only what would break a table; what callers mark up stays marked up.</summary>
    private static string Text(string text) => text.Replace("|", "\\|", StringComparison.Ordinal).ReplaceLineEndings(" ");
}
