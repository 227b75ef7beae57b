using System.Diagnostics;

namespace InternalChat.TestKit.Processes;

/// <summary>A program that ran to its end, and what it said.</summary>
public sealed record ProgramRun(string CommandLine, int ExitCode, string StandardOutput, string StandardError)
{
    public IReadOnlyList<string> ErrorLines => StandardError.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public static Task<ProgramRun> ToEndAsync(string program, params string[] arguments) =>
        ToEndAsync(new ProcessStartInfo(program, arguments));

    /// <param name="start">The program.</param>
    /// <param name="input">What it reads on its standard input; null where it inherits ours.</param>
    public static async Task<ProgramRun> ToEndAsync(ProcessStartInfo start, string? input = null)
    {
        start.RedirectStandardInput = input is not null;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        var commandLine = string.Join(' ', start.ArgumentList.Prepend(start.FileName));
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"Could not start: {commandLine}");
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        if (input is not null)
        {
            await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
        }

        using var deadline = new CancellationTokenSource(Patience.Limit);
        try
        {
            await process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw new TimeoutException(
                $"Still running after {Patience.Limit.TotalSeconds} s: {commandLine}\nstdout:\n{await output}\nstderr:\n{await error}");
        }

        return new ProgramRun(commandLine, process.ExitCode, await output, await error);
    }

    public override string ToString() =>
        $"{CommandLine}\nexit status {ExitCode}\nstdout:\n{StandardOutput}\nstderr:\n{StandardError}";
}
