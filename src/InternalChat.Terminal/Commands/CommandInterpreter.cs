using System.Globalization;
using InternalChat.Client;
using InternalChat.Protocol;
using InternalChat.Protocol.Parsing;
using InternalChat.Terminal.Output;
using InternalChat.Terminal.Session;

namespace InternalChat.Terminal.Commands;

/// <summary>
/// Lines of the user to deeds: <c>/commands</c> by the table, raw lines of the protocol as they are, anything else as a message to the
/// current partner. Used on the program's one thread; several lines may be under way, they reach the server in order.
/// </summary>
internal sealed class CommandInterpreter
{
    private const string QuitName = "/quit";
    private const string HelpName = "/help";

    private readonly Conversation _conversation;

    internal CommandInterpreter(Conversation conversation)
    {
        _conversation = conversation;
        Table =
        [
            new("/msg", "USER TEXT", "send TEXT to USER, and talk to USER from now on", true, MessageAsync),
            new("/chat", "[USER]", "talk to USER: plain text goes there; without USER, to whom you talk", true, ChatAsync),
            new("/r", "TEXT", "reply to whoever wrote last", false, ReplyAsync),
            new("/list", "", "who is online and who has an account", false, ListAsync),
            new("/history", "[USER] [N]", "the last N messages with USER (20)", true, HistoryAsync),
            new("/read", "ID", "tell the sender that you have read message ID", false, ReadAsync),
            new("/block", "USER", "take no more messages from USER", true, BlockAsync),
            new("/unblock", "USER", "take messages from USER again", true, UnblockAsync),
            new("/ping", "", "how quickly the server answers", false, PingAsync),
            new(HelpName, "", "this list", false, (_, _) => Task.FromResult(Help())),
            new(QuitName, "", "leave", false, (_, _) => Task.FromResult(CommandOutcome.Quit)),
        ];
    }

    internal IReadOnlyList<CommandEntry> Table { get; }

    private ITranscript Transcript => _conversation.Transcript;

    /// <summary>Carries out one line.</summary>
    internal async Task<CommandOutcome> ExecuteAsync(string line)
    {
        if (string.IsNullOrWhiteSpace(line))
            return CommandOutcome.Done;
        var (word, rest) = SplitWord(line);
        // These two work without a connection.
        if (word == QuitName || line == "QUIT")
            return CommandOutcome.Quit;
        if (word == HelpName)
            return Help();
        if (_conversation.Client is not { } client)
            return CommandOutcome.NotConnected;

        try
        {
            if (line.StartsWith("//", StringComparison.Ordinal))
                return await SayAsync(client, line[1..]);
            if (line[0] == '/')
                return await RunAsync(client, word, rest);
            return IsRaw(word, line) ? await ExecuteRawAsync(client, line) : await SayAsync(client, line);
        }
        catch (Exception exception) when (exception is ChatException or ArgumentException)
        {
            return Fail(exception.Message);
        }
    }

    private async Task<CommandOutcome> RunAsync(ChatClient client, string word, string rest)
    {
        var entry = Table.FirstOrDefault(entry => entry.Name == word);
        return entry is null
            ? Fail($"no command {word}; /help lists them, and // sends text that begins with /")
            : await entry.Run(client, rest);
    }

    /// <summary>A verb in capitals. What is no whole command is a sentence ("READ this!") where somebody is there to hear it.</summary>
    private bool IsRaw(string word, string line)
    {
        if (word is not ("HELLO" or "AUTH" or "MSG" or "LIST" or "HISTORY" or "READ" or "BLOCK" or "UNBLOCK" or "PING"))
            return false;
        return _conversation.Partner is null
            || CommandParser.Parse(System.Text.Encoding.UTF8.GetBytes(line), out _) == ParseError.None;
    }

    private async Task<CommandOutcome> ExecuteRawAsync(ChatClient client, string line)
    {
        var failed = false;
        foreach (var answer in await client.ExecuteRawAsync(line))
        {
            failed |= answer.StartsWith("ERROR ", StringComparison.Ordinal);
            Transcript.Line(new StyledText().Add(TextSanitizer.Clean(answer)));
        }

        return failed ? CommandOutcome.Failed : CommandOutcome.Done;
    }

    private Task<CommandOutcome> SayAsync(ChatClient client, string text) => _conversation.Partner is { } partner
        ? SendAsync(client, partner, text)
        : Task.FromResult(Fail("to whom? /msg USER TEXT or /chat USER first"));

    private async Task<CommandOutcome> SendAsync(ChatClient client, UserName to, string text) =>
        await _conversation.SendAsync(client, to, text) ? CommandOutcome.Done : CommandOutcome.Failed;

    private Task<CommandOutcome> MessageAsync(ChatClient client, string arguments)
    {
        var (word, text) = SplitWord(arguments);
        if (text.Length == 0)
            return Task.FromResult(Fail("/msg USER TEXT"));
        if (!TryName(word, out var user, out var failure))
            return Task.FromResult(failure);
        _conversation.TalkTo(user);
        return SendAsync(client, user, text);
    }

    private Task<CommandOutcome> ChatAsync(ChatClient client, string arguments)
    {
        if (arguments.Trim().Length == 0)
        {
            Transcript.Note(_conversation.Partner is { } partner ? $"you talk to {partner}" : "you talk to nobody yet");
            return Task.FromResult(CommandOutcome.Done);
        }

        if (!TryName(arguments.Trim(), out var user, out var failure))
            return Task.FromResult(failure);
        _conversation.TalkTo(user);
        return Task.FromResult(CommandOutcome.Done);
    }

    private Task<CommandOutcome> ReplyAsync(ChatClient client, string text)
    {
        if (_conversation.LastSender is not { } sender)
            return Task.FromResult(Fail("nobody has written to you yet"));
        if (text.Length == 0)
            return Task.FromResult(Fail("/r TEXT"));
        _conversation.TalkTo(sender);
        return SendAsync(client, sender, text);
    }

    private async Task<CommandOutcome> ListAsync(ChatClient client, string arguments)
    {
        var users = await client.ListAsync();
        _conversation.Learn(users);
        Transcript.Users(users, _conversation.Me);
        return CommandOutcome.Done;
    }

    private async Task<CommandOutcome> HistoryAsync(ChatClient client, string arguments)
    {
        var (word, count) = SplitWord(arguments.Trim());
        // "/history 50" is about the current partner: no name is all digits and as short.
        var isNoName = word.Length == 0 || (word.Length < WireLimits.MinUserNameBytes && int.TryParse(word, out _));
        if (isNoName && _conversation.Partner is { } partner)
            (word, count) = (partner.ToString(), word);
        if (!TryName(word, out var user, out var failure))
            return failure;
        var limit = WireLimits.DefaultHistory;
        if (count.Length > 0 && !int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out limit))
            return Fail($"'{count}' is no number of messages: 1 to {WireLimits.MaxHistory}");
        Transcript.History(user, _conversation.Me, await client.GetHistoryAsync(user, limit));
        return CommandOutcome.Done;
    }

    private async Task<CommandOutcome> ReadAsync(ChatClient client, string arguments)
    {
        var text = arguments.Trim().TrimStart('#');
        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
            return Fail($"'{text}' is no message id: /read ID");
        await client.MarkReadAsync(id);
        Transcript.Note($"#{id} marked as read");
        return CommandOutcome.Done;
    }

    private async Task<CommandOutcome> BlockAsync(ChatClient client, string arguments)
    {
        if (!TryName(arguments.Trim(), out var user, out var failure))
            return failure;
        await client.BlockAsync(user);
        Transcript.Note($"{user} is blocked");
        return CommandOutcome.Done;
    }

    private async Task<CommandOutcome> UnblockAsync(ChatClient client, string arguments)
    {
        if (!TryName(arguments.Trim(), out var user, out var failure))
            return failure;
        await client.UnblockAsync(user);
        Transcript.Note($"{user} is not blocked");
        return CommandOutcome.Done;
    }

    private async Task<CommandOutcome> PingAsync(ChatClient client, string arguments)
    {
        var begin = TimeProvider.System.GetTimestamp();
        await client.PingAsync();
        Transcript.Note($"the server answered in {TimeProvider.System.GetElapsedTime(begin).TotalMilliseconds:0.0} ms");
        return CommandOutcome.Done;
    }

    private CommandOutcome Help()
    {
        foreach (var entry in Table)
        {
            var usage = $"{entry.Name} {entry.Arguments}".TrimEnd();
            Transcript.Line(new StyledText().Add("  " + usage.PadRight(20), Palette.Command).Add(entry.Summary, Palette.Dim));
        }

        Transcript.Line(new StyledText().Add("  Plain text goes to whom you talk to. Tab completes commands and names.", Palette.Dim));
        Transcript.Line(new StyledText().Add("  ✓ delivered, ✓✓ read, ◷ queued until the recipient comes.", Palette.Dim));
        Transcript.Line(new StyledText().Add("  Raw lines of the protocol, such as MSG bob hi, work too.", Palette.Dim));
        return CommandOutcome.Done;
    }

    private bool TryName(string word, out UserName user, out CommandOutcome failure)
    {
        failure = CommandOutcome.Done;
        if (UserName.TryParse(word, out user))
            return true;
        failure = Fail(word.Length == 0 ? "which user?" : $"'{word}' is no user name: {UserName.Rule}");
        return false;
    }

    private CommandOutcome Fail(string reason)
    {
        Transcript.Error(reason);
        return CommandOutcome.Failed;
    }

    private static (string Word, string Remainder) SplitWord(string text)
    {
        var space = text.IndexOf(' ', StringComparison.Ordinal);
        return space < 0 ? (text, "") : (text[..space], text[(space + 1)..]);
    }
}
