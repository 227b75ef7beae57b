using System.Diagnostics;
using System.Text;
using InternalChat.TestKit;
using InternalChat.TestKit.Processes;

namespace InternalChat.EndToEnd.Tests.Administration;

/// <summary>The program on a terminal of its own: what is typed is its keyboard, what it shows is kept.</summary>
internal sealed class TerminalRun : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _shown = new();

    private TerminalRun(Process process) => _process = process;

    /// <summary>Everything shown so far.</summary>
    public string Shown => _shown.ToString();

    public static TerminalRun Start(string arguments, int columns = 100, int rows = 30)
    {
        var command = $"stty cols {columns} rows {rows}; {ServerProgram.ShellCommand} {arguments}; echo status $?";
        var start = new ProcessStartInfo("/usr/bin/script", ["-q", "-f", "-c", command, "/dev/null"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            Environment = { ["TERM"] = "xterm" },
        };
        return new TerminalRun(Process.Start(start)!);
    }

    public async Task TypeAsync(string keys)
    {
        await _process.StandardInput.WriteAsync(keys);
        await _process.StandardInput.FlushAsync();
    }

    /// <summary>Waits until the terminal has shown this after what was shown at the last call.</summary>
    public async Task WaitForAsync(string text)
    {
        var from = _shown.Length;
        var buffer = new char[4_096];
        using var deadline = new CancellationTokenSource(Patience.Limit);
        while (!Shown[from..].Contains(text, StringComparison.Ordinal))
        {
            int read;
            try
            {
                read = await _process.StandardOutput.ReadAsync(buffer, deadline.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"The terminal did not show '{text}' within {Patience.Limit.TotalSeconds} s, but:\n{Shown}");
            }

            if (read == 0)
                throw new EndOfStreamException($"The program ended before it showed '{text}'. It showed:\n{Shown}");
            _shown.Append(buffer, 0, read);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
