using System.Text;
using InternalChat.Client;
using InternalChat.Terminal.Commands;
using InternalChat.Terminal.Options;
using InternalChat.Terminal.Output;
using InternalChat.Terminal.Session;
using Spectre.Console;

namespace InternalChat.Terminal;

/// <summary>
/// One command a line from standard input, each answered before the next is read; plain lines out. At the end of the input, or at
/// /quit, it says goodbye, which the server answers after everything else.
/// </summary>
internal sealed class ScriptedTerminal
{
    private readonly ChatSession _session;
    private readonly Conversation _conversation;
    private readonly CommandInterpreter _commands;
    private readonly PlainTranscript _transcript;
    private readonly TaskCompletionSource _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal ScriptedTerminal(TerminalOptions options, string password, TextWriter output, TextWriter errors, AnsiCapabilities capabilities)
    {
        _transcript = new PlainTranscript(output, errors, TimeProvider.System, capabilities);
        _conversation = new Conversation(options, _transcript, TimeProvider.System);
        _conversation.Changed += () =>
        {
            if (_conversation.Client is not null)
                _connected.TrySetResult();
        };
        _commands = new CommandInterpreter(_conversation);
        _session = new ChatSession(
            options,
            password,
            new SessionPolicy(ReconnectsWhenLost: false, LoginAttempts: 4),
            _conversation,
            new ReconnectDelay(Random.Shared),
            TimeProvider.System);
    }

    internal async Task<int> RunAsync()
    {
        var session = _session.RunAsync(CancellationToken.None);
        await Task.WhenAny(_connected.Task, session);
        if (session.IsCompleted)
            return await session;

        var failed = await ExecuteAllAsync(session);
        if (!session.IsCompleted && _conversation.Client is { } client)
            failed |= !await QuitAsync(client);
        var status = await session;
        return status == ExitStatus.Success && failed ? ExitStatus.Failed : status;
    }

    /// <returns>Whether a command failed.</returns>
    private async Task<bool> ExecuteAllAsync(Task session)
    {
        using var input = new StreamReader(Console.OpenStandardInput(), new UTF8Encoding(false));
        var failed = false;
        while (true)
        {
            // Read elsewhere: a read of standard input blocks its thread.
            var reading = Task.Run(input.ReadLine);
            await Task.WhenAny(reading, session);
            if (session.IsCompleted || await reading is not { } line)
                return failed;

            var outcome = await _commands.ExecuteAsync(line);
            if (outcome == CommandOutcome.Quit)
                return failed;
            failed |= outcome != CommandOutcome.Done;
        }
    }

    private async Task<bool> QuitAsync(ChatClient client)
    {
        try
        {
            await client.QuitAsync();
            return true;
        }
        catch (ChatException exception)
        {
            _transcript.Error(exception.Message);
            return false;
        }
    }
}
