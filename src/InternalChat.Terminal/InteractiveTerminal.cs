using System.Runtime.InteropServices;
using InternalChat.Client;
using InternalChat.Terminal.Commands;
using InternalChat.Terminal.Input;
using InternalChat.Terminal.Options;
using InternalChat.Terminal.Output;
using InternalChat.Terminal.Session;
using Spectre.Console;

namespace InternalChat.Terminal;

/// <summary>
/// A conversation on a terminal. Keys are read on a thread of their own and everything else happens on the program's one thread; the
/// program ends when the session does or the user leaves, and leaves the terminal as it was.
/// </summary>
internal sealed class InteractiveTerminal : IDisposable
{
    private static readonly TimeSpan GoodbyePatience = TimeSpan.FromSeconds(2);

    private readonly TextWriter _output;
    private readonly Screen _screen;
    private readonly ScreenTranscript _transcript;
    private readonly Conversation _conversation;
    private readonly CommandInterpreter _commands;
    private readonly LineEditor _editor;
    private readonly ChatSession _session;
    private readonly CancellationTokenSource _leaving = new();
    private bool _interruptedOnce;

    internal InteractiveTerminal(TerminalOptions options, string password, TextWriter output, AnsiCapabilities capabilities)
    {
        _output = output;
        _screen = new Screen(output, capabilities, () => (Console.WindowWidth, Console.WindowHeight));
        _transcript = new ScreenTranscript(_screen, TimeProvider.System);
        _conversation = new Conversation(options, _transcript, TimeProvider.System) { AsksForUsers = true };
        _conversation.Changed += ShowPrompt;
        _commands = new CommandInterpreter(_conversation);
        _editor = new LineEditor(new CommandCompletion(_commands.Table, () => _conversation.Roster.Known).Complete);
        _session = new ChatSession(
            options,
            password,
            new SessionPolicy(ReconnectsWhenLost: true, LoginAttempts: int.MaxValue),
            _conversation,
            new ReconnectDelay(Random.Shared),
            TimeProvider.System);
    }

    internal async Task<int> RunAsync()
    {
        var loop = SynchronizationContext.Current!;
        ConsoleKeys.Begin();
        _output.Write(KeyDecoder.PasteOn);
        using var resized = OperatingSystem.IsWindows() ? null : Handle(PosixSignal.SIGWINCH, _screen.Resize);
        using var terminated = Handle(PosixSignal.SIGTERM, _leaving.Cancel);
        using var interrupted = Handle(PosixSignal.SIGINT, _leaving.Cancel);
        using var hungUp = Handle(PosixSignal.SIGHUP, _leaving.Cancel);
        try
        {
            ShowPrompt();
            new Thread(() => ReadKeys(loop)) { IsBackground = true, Name = "Keys" }.Start();
            return await _session.RunAsync(_leaving.Token);
        }
        catch (OperationCanceledException) when (_leaving.IsCancellationRequested)
        {
            return ExitStatus.Success;
        }

        PosixSignalRegistration Handle(PosixSignal signal, Action handle) => PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = signal != PosixSignal.SIGWINCH;
            loop.Post(_ => handle(), null);
        });
    }

    /// <summary>Leaves the terminal as it was; the runtime undoes its own settings at exit.</summary>
    public void Dispose()
    {
        _screen.Close();
        _output.Write(KeyDecoder.PasteOff);
        _output.Flush();
        ConsoleKeys.End();
        _leaving.Dispose();
    }

    private void ReadKeys(SynchronizationContext loop)
    {
        try
        {
            var decoder = new KeyDecoder(new ConsoleKeys());
            while (true)
            {
                var input = decoder.Read();
                loop.Post(_ => Take(input), null);
            }
        }
        catch (Exception exception) when (exception is InvalidOperationException or IOException)
        {
            // The terminal is gone.
            loop.Post(_ => _leaving.Cancel(), null);
        }
    }

    private void Take(TypedInput input)
    {
        var interruptedBefore = _interruptedOnce;
        _interruptedOnce = false;
        if (input.Text is not null)
            _editor.Insert(input.Text);
        else
            Act(_editor.Handle(input.Key), interruptedBefore);
        ShowPrompt();
    }

    private void Act(EditOutcome outcome, bool interruptedBefore)
    {
        switch (outcome)
        {
            case EditOutcome.Submitted:
                UiLoop.Forget(SubmitAsync());
                break;
            case EditOutcome.Ambiguous:
                _transcript.Line(TranscriptLines.Candidates(_editor.Candidates));
                break;
            case EditOutcome.ClearScreen:
                _screen.Clear();
                break;
            case EditOutcome.EndOfInput:
                UiLoop.Forget(LeaveAsync());
                break;
            case EditOutcome.Interrupted when !_editor.Buffer.IsEmpty:
                _editor.Buffer.Clear();
                break;
            case EditOutcome.Interrupted when interruptedBefore:
                UiLoop.Forget(LeaveAsync());
                break;
            case EditOutcome.Interrupted:
                _interruptedOnce = true;
                _transcript.Note("Ctrl-C once more to leave");
                break;
        }
    }

    private async Task SubmitAsync()
    {
        var line = _editor.Buffer.Text;
        if (line.Length == 0)
        {
            _session.RetryNow();
            return;
        }

        // A password typed as a raw AUTH line is nothing to bring back with the up arrow.
        _editor.TakeLine(remember: !line.StartsWith("AUTH ", StringComparison.Ordinal));
        switch (await _commands.ExecuteAsync(line))
        {
            case CommandOutcome.Quit:
                await LeaveAsync();
                break;
            case CommandOutcome.NotConnected:
                if (_editor.Buffer.IsEmpty)
                    _editor.Buffer.Set(line);
                _transcript.Error("not connected: your line is kept; Enter on an empty line tries to connect at once");
                ShowPrompt();
                break;
        }
    }

    private async Task LeaveAsync()
    {
        if (_conversation.Client is { } client)
        {
            try
            {
                // The server closes after its goodbye, and the session ends with that.
                await client.QuitAsync(_leaving.Token).WaitAsync(GoodbyePatience);
                await Task.Delay(GoodbyePatience, _leaving.Token);
            }
            catch (Exception exception) when (exception is ChatException or TimeoutException or OperationCanceledException)
            {
                // Leaving all the same.
            }
        }

        await _leaving.CancelAsync();
    }

    private void ShowPrompt()
    {
        var prompt = new StyledText();
        if (_conversation.Client is null)
            prompt.Add("offline ", Palette.Bad);
        if (_conversation.Partner is { } partner)
        {
            prompt.Add(_conversation.Roster.IsOnline(partner) ? "● " : "○ ", Palette.Good)
                .Add(partner.ToString(), Palette.Of(partner)).Add(" ");
        }

        _screen.ShowPrompt(prompt.Add("› ", Palette.Dim), _editor.Buffer.Text, _editor.Buffer.Cursor);
    }
}
