using InternalChat.Client;
using InternalChat.Protocol;
using InternalChat.Terminal.Options;
using InternalChat.Terminal.Output;

namespace InternalChat.Terminal.Session;

/// <summary>
/// What is known and shown of the chat: takes what the server says, shows it, confirms reading, and remembers with whom one talks. It
/// survives connections. Used on the program's one thread.
/// </summary>
internal sealed class Conversation(TerminalOptions options, ITranscript transcript, TimeProvider time) : ISessionListener
{
    /// <summary>A receipt may overtake the answer it belongs to on its way here, by moments.</summary>
    private static readonly TimeSpan ReceiptPatience = TimeSpan.FromMilliseconds(200);

    /// <summary>A server that answers no receipt while it sends messages must not fill this client's memory.</summary>
    private const int MostUnansweredReceipts = 10_000;

    private readonly SentMessages _sent = new();
    private readonly RecentMessages _recent = new();
    private Task _lateReceipts = Task.CompletedTask;
    private int _unansweredReceipts;
    private string _lastReason = "";

    /// <summary>Something that the prompt shows has changed.</summary>
    internal event Action? Changed;

    internal UserName Me => options.User;

    internal ITranscript Transcript => transcript;

    internal Roster Roster { get; } = new();

    /// <summary>Null while there is no connection.</summary>
    internal ChatClient? Client { get; private set; }

    /// <summary>Who gets what is typed without a command.</summary>
    internal UserName? Partner { get; private set; }

    /// <summary>Who wrote last.</summary>
    internal UserName? LastSender { get; private set; }

    /// <summary>Whether the list of users is asked for at login, for completion.</summary>
    internal bool AsksForUsers { get; init; }

    internal void TalkTo(UserName user)
    {
        Roster.TalkedTo(user);
        Partner = user;
        Changed?.Invoke();
    }

    internal void Learn(UserList users)
    {
        Roster.Replace(users);
        Changed?.Invoke();
    }

    /// <summary>Sends and shows a message. It is on its way, in order, when this returns to its caller the first time.</summary>
    /// <returns>Whether the server has it.</returns>
    internal async Task<bool> SendAsync(ChatClient client, UserName to, string text)
    {
        var message = new SentMessage(to, text, time.GetUtcNow());
        var answer = client.SendAsync(to, text);
        transcript.Sending(message);
        try
        {
            _sent.Answered(message, await answer);
        }
        catch (Exception exception) when (exception is ChatException or ArgumentException)
        {
            message.State = SentState.Failed;
            message.Reason = exception is ArgumentException ? exception.Message : $"{exception.Message}; it may have arrived all the same";
        }

        transcript.Changed(message);
        return message.State != SentState.Failed;
    }

    void ISessionListener.Connected(ChatClient client, AuthenticationOutcome outcome, bool again)
    {
        Client = client;
        _lastReason = "";
        var server = options.Server;
        var security = server.Tls is null ? "" : server.Tls.AcceptAnyCertificate ? ", encrypted, server not verified" : ", encrypted";
        if (AsksForUsers)
        {
            transcript.Note(outcome == AuthenticationOutcome.Registered
                ? $"welcome, {Me}: your account on {server} was created{security}"
                : $"{(again ? "connected again" : "connected")} to {server} as {Me}{security}");
            UiLoop.Forget(LearnUsersAsync(client, again));
        }

        Changed?.Invoke();
    }

    void ISessionListener.Waiting(string reason, TimeSpan delay)
    {
        Client = null;
        Roster.LoseSight();
        // The same thing again and again is no news; the prompt says that there is no connection.
        if (reason != _lastReason)
            transcript.Error($"{reason}; trying again");
        _lastReason = reason;
        Changed?.Invoke();
    }

    void ISessionListener.Ended(string reason)
    {
        Client = null;
        transcript.Error(reason);
    }

    void ISessionListener.Happened(ServerEvent happened)
    {
        switch (happened)
        {
            case MessageReceived received:
                Receive(received.Message);
                break;
            case MessageDelivered delivered:
                ShowReceipt(delivered.MessageId, SentState.Delivered, null);
                break;
            case MessageRead read:
                ShowReceipt(read.MessageId, SentState.Read, read.Reader);
                break;
            case UserCameOnline came:
                Roster.CameOnline(came.User);
                ShowPresence(came.User, online: true);
                break;
            case UserWentOffline went:
                Roster.WentOffline(went.User);
                ShowPresence(went.User, online: false);
                break;
            case NoticeReceived notice:
                transcript.Notice(notice.Text);
                break;
            case ServerShuttingDown:
                transcript.Notice("the server is shutting down");
                break;
            case UnknownFrameReceived unknown:
                transcript.Note(unknown.Line);
                break;
        }
    }

    private void Receive(ChatMessage message)
    {
        if (_recent.Add(message))
        {
            LastSender = message.Sender;
            Roster.TalkedTo(message.Sender);
            transcript.Received(message, withId: !options.SendReadReceipts);
        }

        if (options.SendReadReceipts && Client is { } client && _unansweredReceipts < MostUnansweredReceipts)
            UiLoop.Forget(MarkReadAsync(client, message.Id));
    }

    private async Task MarkReadAsync(ChatClient client, long messageId)
    {
        _unansweredReceipts++;
        try
        {
            await client.MarkReadAsync(messageId);
        }
        catch (ChatException)
        {
            // A courtesy to the sender; that the connection broke is told elsewhere.
        }
        finally
        {
            _unansweredReceipts--;
        }
    }

    private void ShowReceipt(long messageId, SentState state, UserName? reader)
    {
        if (_sent.Receipt(messageId, state) is { } message)
            transcript.Changed(message);
        else if (!_sent.Knows(messageId))
            UiLoop.Forget(_lateReceipts = ShowLateReceiptAsync(_lateReceipts, messageId, state, reader));
    }

    private async Task ShowLateReceiptAsync(Task earlier, long messageId, SentState state, UserName? reader)
    {
        await Task.Delay(ReceiptPatience, time);
        await earlier;
        if (!_sent.Knows(messageId))
            transcript.Receipt(messageId, state, reader);
    }

    private void ShowPresence(UserName user, bool online)
    {
        if (Roster.IsOfInterest(user))
            transcript.Presence(user, online);
        Changed?.Invoke();
    }

    private async Task LearnUsersAsync(ChatClient client, bool quietly)
    {
        try
        {
            var users = await client.ListAsync();
            Learn(users);
            if (!quietly)
                transcript.Online(users.Online, Me);
        }
        catch (ChatException)
        {
            // Completion knows less names; that the connection broke is told elsewhere.
        }
    }
}
