using System.Globalization;
using InternalChat.Client;
using InternalChat.Protocol;
using Spectre.Console;

namespace InternalChat.Terminal.Output;

/// <summary>
/// The transcript in a pipe or a file: one line each, with the date and the message's id, nothing that is changed later. What went
/// wrong goes to standard error.
/// </summary>
internal sealed class PlainTranscript(TextWriter output, TextWriter errors, TimeProvider clock, AnsiCapabilities capabilities) : ITranscript
{
    public void Received(ChatMessage message, bool withId) => Line(From(message));

    public void Sending(SentMessage message)
    {
        // It is told when the server has answered.
    }

    public void Changed(SentMessage message)
    {
        if (message.State == SentState.Failed)
            Error($"not sent to {message.To}: {message.Reason}");
        else if (message.State == SentState.Read || message.WasAnswered)
            Line(Stamp(clock.GetUtcNow()).Add(TranscriptLines.ReceiptOf(message.Id, message.State, message.To), Palette.Dim));
        else
            Line(To(message.To, message.Id, message.At, message.Text).Add($" ({TranscriptLines.State(message.State)})", Palette.Dim));
        message.WasAnswered = true;
    }

    public void Receipt(long messageId, SentState state, UserName? reader) =>
        Line(Stamp(clock.GetUtcNow()).Add(TranscriptLines.ReceiptOf(messageId, state, reader), Palette.Dim));

    public void Presence(UserName user, bool online) =>
        Line(Stamp(clock.GetUtcNow()).Add(user.ToString(), Palette.Of(user)).Add(online ? " is online" : " went offline", Palette.Dim));

    public void History(UserName with, UserName me, IReadOnlyList<ChatMessage> messages)
    {
        foreach (var message in messages)
            Line(message.Sender == me ? To(with, message.Id, message.SentAt, message.Body) : From(message));
    }

    public void Online(IReadOnlyList<UserName> users, UserName me) => Line(new StyledText().Add("online: " + string.Join(", ", users)));

    public void Users(UserList users, UserName me)
    {
        Online(users.Online, me);
        Line(new StyledText().Add("known: " + string.Join(", ", users.Known)));
    }

    public void Notice(string text) => Line(Stamp(clock.GetUtcNow()).Add("notice: " + TextSanitizer.Clean(text), Palette.Notice));

    public void Note(string text) => Line(new StyledText().Add(TextSanitizer.Clean(text), Palette.Dim));

    public void Error(string text) => errors.WriteLine("error: " + TextSanitizer.Clean(text));

    public void Line(StyledText line)
    {
        if (capabilities is { Ansi: true, ColorSystem: not ColorSystem.NoColors })
            line.WriteTo(new AnsiWriter(output, capabilities));
        else
            output.Write(line.Plain);
        output.Write('\n');
        output.Flush();
    }

    private static StyledText Stamp(DateTimeOffset time) =>
        new StyledText().Add(time.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss ", CultureInfo.InvariantCulture), Palette.Dim);

    private static StyledText From(ChatMessage message) =>
        Stamp(message.SentAt).Add(Id(message.Id), Palette.Dim).Add(message.Sender.ToString(), Palette.Of(message.Sender))
            .Add(": ").Add(TextSanitizer.Clean(message.Body));

    private static StyledText To(UserName to, long id, DateTimeOffset at, string text) =>
        Stamp(at).Add(Id(id), Palette.Dim).Add("-> ").Add(to.ToString(), Palette.Of(to)).Add(": ").Add(TextSanitizer.Clean(text));

    private static string Id(long id) => string.Create(CultureInfo.InvariantCulture, $"#{id} ");
}
