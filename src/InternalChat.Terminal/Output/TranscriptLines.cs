using System.Globalization;
using InternalChat.Protocol;

namespace InternalChat.Terminal.Output;

/// <summary>How things are put, for all outputs. Texts from others are made harmless here and nowhere else.</summary>
internal static class TranscriptLines
{
    private const int MostNames = 40;
    private const int ExcerptCells = 32;

    internal static string Clock(DateTimeOffset time) => time.ToLocalTime().ToString("HH:mm", CultureInfo.InvariantCulture);

    internal static string ClockOrDate(DateTimeOffset time, DateTimeOffset now)
    {
        var format = time.ToLocalTime().Date == now.ToLocalTime().Date ? "HH:mm" : "yyyy-MM-dd HH:mm";
        return time.ToLocalTime().ToString(format, CultureInfo.InvariantCulture);
    }

    internal static StyledText Names(string title, IReadOnlyList<UserName> users, UserName me)
    {
        var line = new StyledText().Add($"{title} ({users.Count.ToString("N0", CultureInfo.InvariantCulture)}): ", Palette.Dim);
        for (var i = 0; i < Math.Min(users.Count, MostNames); i++)
        {
            line.Add(i == 0 ? "" : ", ", Palette.Dim).Add(users[i].ToString(), Palette.Of(users[i]));
            if (users[i] == me)
                line.Add(" (you)", Palette.Dim);
        }

        return line.Add(AndMore(users.Count), Palette.Dim);
    }

    /// <summary>Words that can stand where one was begun.</summary>
    internal static StyledText Candidates(IReadOnlyList<string> words) =>
        new StyledText().Add("  " + string.Join("  ", words.Take(MostNames)) + AndMore(words.Count), Palette.Dim);

    internal static string State(SentState state) => state switch
    {
        SentState.Sending => "sending",
        SentState.Queued => "queued",
        SentState.Delivered => "delivered",
        SentState.Read => "read",
        _ => "not sent",
    };

    /// <summary>Two cells that say how far a message is.</summary>
    internal static StyledText Mark(SentState state) => state switch
    {
        SentState.Sending => new StyledText().Add("· ", Palette.Dim),
        SentState.Queued => new StyledText().Add("◷ ", Palette.Dim),
        SentState.Delivered => new StyledText().Add("✓ ", Palette.Dim),
        SentState.Read => new StyledText().Add("✓✓", Palette.Good),
        _ => new StyledText().Add("✗ ", Palette.Bad),
    };

    /// <summary>The first words of a message, to recognise it by.</summary>
    internal static string Excerpt(string text)
    {
        var clean = TextSanitizer.Clean(text);
        if (CellWidth.Of(clean) <= ExcerptCells)
            return clean;
        var end = 0;
        var cells = 0;
        while (cells < ExcerptCells - 1)
        {
            var length = StringInfo.GetNextTextElementLength(clean.AsSpan(end));
            cells += CellWidth.OfCluster(clean.Substring(end, length));
            end += length;
        }

        return clean[..end].TrimEnd() + "…";
    }

    private static string AndMore(int count) =>
        count > MostNames ? $" and {(count - MostNames).ToString("N0", CultureInfo.InvariantCulture)} more" : "";

    internal static string ReceiptOf(long messageId, SentState state, UserName? reader) =>
        state == SentState.Read && reader is { } who ? $"#{messageId} read by {who}" : $"#{messageId} {State(state)}";
}
