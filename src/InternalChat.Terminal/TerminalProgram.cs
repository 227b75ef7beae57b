using System.Text;
using InternalChat.Terminal.Input;
using InternalChat.Terminal.Options;
using InternalChat.Terminal.Session;
using Microsoft.Win32.SafeHandles;
using Spectre.Console;

namespace InternalChat.Terminal;

/// <summary>Chooses between a conversation on a terminal and a script, and sees to the password.</summary>
internal static class TerminalProgram
{
    internal static int Run(TerminalOptions options)
    {
        // Not Console.Out: its encoding follows the locale, and a chat is UTF-8 everywhere.
        using var errors = new StreamWriter(Console.OpenStandardError(), new UTF8Encoding(false)) { AutoFlush = true };
        try
        {
            using var output = new StreamWriter(OpenOutput(), new UTF8Encoding(false));
            return Run(options, output, errors);
        }
        catch (Exception exception) when (IsOutputLost(exception))
        {
            TellWherePossible(errors, exception);
            return ExitStatus.Failed;
        }
    }

    private static int Run(TerminalOptions options, StreamWriter output, StreamWriter errors)
    {
        var capabilities = Capabilities(options);

        var password = options.Password;
        if (password is null && Console.IsInputRedirected)
        {
            errors.WriteLine("internalchat-client: no password: set CHAT_PASSWORD, or run on a terminal to be asked (--help tells more)");
            return ExitStatus.Usage;
        }

        password ??= PasswordPrompt.Read(errors, $"Password for {options.User}: ");
        if (password is null)
            return ExitStatus.Failed;
        if (CommandLine.RefusePassword(password) is { } refusal)
        {
            errors.WriteLine($"internalchat-client: {refusal}");
            return ExitStatus.Usage;
        }

        if (Console.IsInputRedirected || !capabilities.Ansi)
            return UiLoop.Run(() => new ScriptedTerminal(options, password, output, errors, capabilities).RunAsync());
        try
        {
            using var terminal = new InteractiveTerminal(options, password, output, capabilities);
            return UiLoop.Run(terminal.RunAsync);
        }
        catch (Exception defect) when (!IsOutputLost(defect))
        {
            // Caught so that the terminal is put in order first; told in full, for it is a defect of this program.
            errors.WriteLine($"internalchat-client: {defect}");
            return ExitStatus.Failed;
        }
    }

    /// <summary>
    /// Console's stream drops what a pipe has no reader for, and messages that nobody sees would be confirmed as read. A file's does not,
    /// but has a position of its own, which would be wrong for a file that others write to.
    /// </summary>
    private static Stream OpenOutput()
    {
        if (OperatingSystem.IsWindows() || !Console.IsOutputRedirected)
            return Console.OpenStandardOutput();
        const int StandardOutput = 1;
        var stream = new FileStream(new SafeFileHandle(StandardOutput, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        if (!stream.CanSeek)
            return stream;
        stream.Dispose();
        return Console.OpenStandardOutput();
    }

    /// <summary>
    /// The disk is full, the descriptor is closed, the reader or the terminal is gone. What happens to the network has other names.
    /// </summary>
    private static bool IsOutputLost(Exception exception) => exception is IOException or UnauthorizedAccessException;

    private static void TellWherePossible(StreamWriter errors, Exception loss)
    {
        try
        {
            errors.WriteLine($"internalchat-client: cannot write: {(loss.InnerException ?? loss).Message}");
        }
        catch (Exception exception) when (IsOutputLost(exception))
        {
            // It was the same terminal, or is as broken.
        }
    }

    private static AnsiCapabilities Capabilities(TerminalOptions options)
    {
        var capabilities = AnsiCapabilities.Create(Console.Out);
        if (Console.IsOutputRedirected || Environment.GetEnvironmentVariable("TERM") == "dumb")
            capabilities.Ansi = false;
        if (!options.AllowColor || !capabilities.Ansi)
            capabilities.ColorSystem = ColorSystem.NoColors;
        return capabilities;
    }
}
