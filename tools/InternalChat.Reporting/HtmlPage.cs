using System.Net;
using System.Text;

namespace InternalChat.Reporting;

/// <summary>
/// One self-contained page, written from top to bottom: its style is inside, nothing is loaded. Texts are escaped here. Not thread-safe.
/// </summary>
public sealed class HtmlPage
{
    private const string Number = "number";

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

    /// <summary>A headline: level 2 for sections, 3 for what is in them.</summary>
    public void Headline(string text, int level = 2) => _html.Append($"<h{level}>{Text(text)}</h{level}>\n");

    /// <summary>A paragraph; <paramref name="style"/> is <c>quiet</c>, <c>good</c>, <c>bad</c> or empty.</summary>
    public void Paragraph(string text, string style = "") => _html.Append($"<p class=\"{style}\">{Text(text)}</p>\n");

    /// <summary>Text as a terminal shows it.</summary>
    public void Preformatted(string text) => _html.Append($"<pre>{Text(text)}</pre>\n");

    /// <summary>A drawing from <see cref="SvgChart"/>, which is trusted.</summary>
    public void Figure(string svg)
    {
        // Ids are the page's: drawings that share them would be cut off where the first of them is.
        var prefix = $"figure{++_figures}-";
        var unique = svg
            .Replace(" id=\"", $" id=\"{prefix}", StringComparison.Ordinal)
            .Replace("url(#", $"url(#{prefix}", StringComparison.Ordinal);
        _html.Append($"<figure>{unique}</figure>\n");
    }

    /// <summary>A table.</summary>
    /// <param name="headers">One for each column.</param>
    /// <param name="rows">Cells from left to right.</param>
    public void Table(IReadOnlyList<string> headers, IEnumerable<IReadOnlyList<HtmlCell>> rows)
    {
        _html.Append("<table>\n<tr>");
        IReadOnlyList<HtmlCell>[] lines = [.. rows];
        foreach (var (i, header) in headers.Index())
        {
            // Above numbers, which stand to the right.
            var isNumber = lines.FirstOrDefault()?[i].Style.StartsWith(Number, StringComparison.Ordinal) ?? false;
            _html.Append($"<th class=\"{(isNumber ? Number : "")}\">{Text(header)}</th>");
        }

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

/// <summary>A cell of a table.</summary>
/// <param name="Text">What stands in it.</param>
/// <param name="Style"><c>number</c> (to the right), <c>quiet</c>, <c>good</c>, <c>bad</c>, several with a space between, or empty.</param>
public readonly record struct HtmlCell(string Text, string Style = "")
{
    /// <summary>A cell of plain text.</summary>
    public static implicit operator HtmlCell(string text) => new(text);
}
