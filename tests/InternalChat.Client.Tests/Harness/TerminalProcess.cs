using System.Diagnostics;
using System.Globalization;
using System.Text;
using InternalChat.TestKit;

namespace InternalChat.Client.Tests.Harness;

/// <summary>The built terminal client as its users run it.</summary>
internal sealed class TerminalProcess : IAsyncDisposable
{
    /// <summary>Its <c>/dev/tcp</c> is how a shell without a terminal makes itself heard.</summary>
    private const string Bash = "/bin/bash";

    private readonly Process _process;
    private readonly Task<string> _errors;

    private TerminalProcess(ProcessStartInfo start)
    {
        _process = Process.Start(start)!;
        _errors = _process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
    }

    internal StreamWriter Input => _process.StandardInput;

    internal StreamReader Output => _process.StandardOutput;

    // The program built beside the tests, or the published one that the variable names.
    private static string[] Program => Environment.GetEnvironmentVariable("INTERNALCHAT_CLIENT") is { Length: > 0 } published
        ? [Path.GetFullPath(published)]
        : ["dotnet", Path.Combine(AppContext.BaseDirectory, "internalchat-client.dll")];

    internal static bool HasPseudoTerminal => OperatingSystem.IsLinux() && File.Exists("/usr/bin/script") && File.Exists(Bash);

    /// <summary>Runs it with pipes.</summary>
    internal static TerminalProcess Start(int port, params string[] arguments) =>
        new(Redirected([.. Program, .. arguments, "--port", port.ToString(CultureInfo.InvariantCulture)]));

    /// <summary>Runs it with pipes, but its output goes to a file.</summary>
    internal static TerminalProcess StartWithOutputTo(string file, int port, params string[] arguments) =>
        new(Redirected(["/bin/sh", "-c", $"exec \"$@\" >{file}", "sh", .. Program, .. arguments, "--port", $"{port}"]));

    /// <summary>
    /// Runs it on a pseudo-terminal that will vanish. A shell that outlives the terminal connects to the server at its end, and says
    /// with which status it ended.
    /// </summary>
    internal static TerminalProcess StartOnVanishingTerminal(int port, params string[] arguments)
    {
        var command = $"trap : HUP; {CommandLine(port, arguments)}; echo status $? >/dev/tcp/127.0.0.1/{port}";
        var start = Redirected(["/usr/bin/script", "-q", "-f", "-c", command, "/dev/null"]);
        start.Environment["SHELL"] = Bash;
        return new TerminalProcess(start);
    }

    /// <summary>Takes the terminal away, as closing its window does.</summary>
    internal void Vanish() => _process.Kill();

    /// <summary>Runs it on a pseudo-terminal of a given size; its input is the keyboard and its output the screen.</summary>
    internal static TerminalProcess StartOnTerminal(int port, int columns, int rows, params string[] arguments)
    {
        var command = $"stty cols {columns} rows {rows}; {CommandLine(port, arguments)}; "
            + "echo status $?; stty -a | tr ' ' '\\n' | grep -x -e '-*echo;*' -e '-*icanon;*'";
        return new TerminalProcess(Redirected(["/usr/bin/script", "-q", "-f", "-c", command, "/dev/null"]));
    }

    /// <summary>Ends the input and waits for the end.</summary>
    internal Task<(int Status, string Output, string Errors)> FinishAsync()
    {
        Input.Close();
        return EndAsync();
    }

    /// <summary>Waits for the end though the input goes on.</summary>
    internal async Task<(int Status, string Output, string Errors)> EndAsync()
    {
        var output = await Output.ReadToEndAsync(TestContext.Current.CancellationToken);
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (_process.ExitCode, output, await _errors);
    }

    internal async Task TypeAsync(string keys)
    {
        await Input.WriteAsync(keys);
        await Input.FlushAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Feeds the screen until it shows what is waited for, and tells what it shows instead if it never does.</summary>
    internal async Task WaitForAsync(TerminalEmulator screen, Func<string[], bool> isShown)
    {
        var buffer = new char[4_096];
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience.Limit);
        while (!isShown(screen.Screen))
        {
            try
            {
                var read = await Output.ReadAsync(buffer, patience.Token);
                Assert.True(read > 0, "the program ended; the screen:\n" + string.Join('\n', screen.Screen));
                screen.Feed(new string(buffer, 0, read));
            }
            catch (OperationCanceledException)
            {
                Assert.Fail("the screen never showed what was waited for, but:\n" + string.Join('\n', screen.Screen));
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
    }

    private static string CommandLine(int port, string[] arguments) =>
        $"{string.Join(' ', Program.Select(word => $"'{word}'"))} {string.Join(' ', arguments)} --port {port}";

    private static ProcessStartInfo Redirected(string[] command)
    {
        var utf8 = new UTF8Encoding(false);
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = utf8,
            StandardOutputEncoding = utf8,
            StandardErrorEncoding = utf8,
        };
        foreach (var variable in start.Environment.Keys.Where(key => key.StartsWith("CHAT_", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(variable);
        start.Environment.Remove("NO_COLOR");
        start.Environment["TERM"] = "xterm-256color";
        start.Environment["LANG"] = "C.UTF-8";
        return start;
    }
}
