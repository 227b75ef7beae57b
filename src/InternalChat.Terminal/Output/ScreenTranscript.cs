using System.Globalization;
using InternalChat.Client;
using InternalChat.Protocol;

namespace InternalChat.Terminal.Output;

/// <summary>
/// The transcript on a terminal: a clock, a gutter of two cells, the line. One's own messages carry their state in the gutter, where it
/// is changed in place; once the line has left the screen a dim line tells instead.
/// </summary>
internal sealed class ScreenTranscript(Screen screen, TimeProvider clock) : ITranscript
{
    private const int GutterColumn = 6;
    private const string NoMark = "  ";

    // A message is forgotten together with its last change of state.
    private readonly Dictionary<SentMessage, ScreenLine> _shown = [];

    public void Received(ChatMessage message, bool withId) => Line(Message(message, message.SentAt, withId));

    public void Sending(SentMessage message)
    {
        var line = new StyledText().Add(TranscriptLines.Clock(message.At) + " ", Palette.Dim).Add("· ", Palette.Dim)
            .Add(" → ", Palette.Dim).Add(message.To.ToString(), Palette.Of(message.To))
            .Add(": ", Palette.Dim).Add(TextSanitizer.Clean(message.Text));
        _shown[message] = screen.Print(line);
    }

    public void Changed(SentMessage message)
    {
        var mark = TranscriptLines.Mark(message.State);
        var inPlace = _shown.TryGetValue(message, out var line) && screen.TryPatch(line, GutterColumn, mark);
        if (message.State is SentState.Read or SentState.Failed)
            _shown.Remove(message);
        if (message.State == SentState.Failed)
            Error($"not sent to {message.To}: {message.Reason}");
        else if (!inPlace)
            Line(About(mark).Add($" {message.To}: “{TranscriptLines.Excerpt(message.Text)}”", Palette.Dim));
    }

    public void Receipt(long messageId, SentState state, UserName? reader) =>
        Line(About(TranscriptLines.Mark(state)).Add(" " + TranscriptLines.ReceiptOf(messageId, state, reader), Palette.Dim));

    public void Presence(UserName user, bool online) => Line(
        Now().Add(online ? "● " : "○ ", online ? Palette.Good : Palette.Dim).Add(" ")
            .Add(user.ToString(), Palette.Of(user)).Add(online ? " is online" : " went offline", Palette.Dim));

    public void History(UserName with, UserName me, IReadOnlyList<ChatMessage> messages)
    {
        var title = new StyledText().Add($"── {messages.Count} with ", Palette.Dim);
        Line(title.Add(with.ToString(), Palette.Of(with)).Add(" ──", Palette.Dim));
        foreach (var message in messages)
            Line(message.Sender == me ? Own(message, with) : Message(message, message.SentAt, withId: true));
        Line(new StyledText().Add("──", Palette.Dim));
    }

    public void Online(IReadOnlyList<UserName> users, UserName me) => Names("online", users, me);

    public void Users(UserList users, UserName me)
    {
        Names("online", users.Online, me);
        Names("known", users.Known, me);
    }

    public void Notice(string text) => Line(Now().Add("! ", Palette.Notice).Add(" " + TextSanitizer.Clean(text), Palette.Notice));

    public void Note(string text) => Line(Now().Add(NoMark).Add(" " + TextSanitizer.Clean(text), Palette.Dim));

    public void Error(string text) => Line(Now().Add("✗ ", Palette.Bad).Add(" " + TextSanitizer.Clean(text), Palette.Bad));

    public void Line(StyledText line) => screen.Print(line);

    private void Names(string title, IReadOnlyList<UserName> users, UserName me) =>
        Line(Now().Add(NoMark + " ").Add(TranscriptLines.Names(title, users, me)));

    private StyledText Now() => new StyledText().Add(TranscriptLines.Clock(clock.GetUtcNow()) + " ", Palette.Dim);

    private static StyledText About(StyledText mark)
    {
        // The clock's place stays empty: the line belongs to another one.
        var line = new StyledText().Add(new string(' ', GutterColumn));
        return line.Add(mark);
    }

    private StyledText Message(ChatMessage message, DateTimeOffset at, bool withId) => With(
        new StyledText().Add(TranscriptLines.ClockOrDate(at, clock.GetUtcNow()) + " ", Palette.Dim).Add(NoMark + " ")
            .Add(message.Sender.ToString(), Palette.Of(message.Sender)), message, withId);

    private StyledText Own(ChatMessage message, UserName to) => With(
        new StyledText().Add(TranscriptLines.ClockOrDate(message.SentAt, clock.GetUtcNow()) + " ", Palette.Dim).Add(NoMark)
            .Add(" → ", Palette.Dim).Add(to.ToString(), Palette.Of(to)), message, withId: true);

    private static StyledText With(StyledText line, ChatMessage message, bool withId)
    {
        line.Add(": ", Palette.Dim).Add(TextSanitizer.Clean(message.Body));
        return withId ? line.Add($"  #{message.Id.ToString(CultureInfo.InvariantCulture)}", Palette.Dim) : line;
    }
}
