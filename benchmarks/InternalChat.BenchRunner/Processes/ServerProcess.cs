using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace InternalChat.BenchRunner.Processes;

/// <summary>A server that listens, as a child process. Disposing it ends it. One thread.</summary>
internal sealed partial class ServerProcess : IAsyncDisposable
{
    private const int Terminate = 15;
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly StreamWriter _log;
    private readonly TaskCompletionSource<int> _port = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ServerProcess(Process process, string logFile)
    {
        _process = process;
        _log = new StreamWriter(logFile, append: true) { AutoFlush = true };
        process.OutputDataReceived += (_, line) => Take(line.Data);
        process.ErrorDataReceived += (_, line) => Take(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    internal int Id => _process.Id;

    /// <summary>On 127.0.0.1.</summary>
    internal int Port { get; private set; }

    /// <summary>From the process's start until it listened.</summary>
    internal TimeSpan StartTime { get; private set; }

    /// <param name="program">The server's assembly, or a native program.</param>
    /// <param name="arguments">What it is told beside where to listen: a free port of 127.0.0.1.</param>
    /// <param name="logFile">What it prints is appended here.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    internal static async Task<ServerProcess> StartAsync(
        string program, IEnumerable<string> arguments, string logFile, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        string[] command = Path.GetExtension(program) == ".dll" ? [DotNet.Program, program] : [program];
        var process = Process.Start(new ProcessStartInfo(command[0], [.. command[1..], "--host", "127.0.0.1", "--port", "0", .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            // Not as an argument: a server of an older commit does not know it, and only warns of a variable.
            Environment = { ["CHAT_MAX_PENDING"] = "off", ["CHAT_READING_LIMIT"] = "off" },
        }) ?? throw new BenchException("the server could not be started");
        var server = new ServerProcess(process, logFile);
        try
        {
            var ended = process.WaitForExitAsync(cancellationToken);
            if (await Task.WhenAny(server._port.Task, ended).WaitAsync(StartPatience, cancellationToken) == ended)
                throw new BenchException($"the server ended with status {process.ExitCode} at its start; see {logFile}");
            server.Port = await server._port.Task;
            server.StartTime = Stopwatch.GetElapsedTime(started);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends it as an operator does.</summary>
    internal async Task StopAsync()
    {
        if (!_process.HasExited && SendSignal(_process.Id, Terminate) == 0)
        {
            using var patience = new CancellationTokenSource(StopPatience);
            await _process.WaitForExitAsync(patience.Token);
        }
    }

    internal async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await StopAsync();
        }
        catch (OperationCanceledException)
        {
            await KillAsync();
        }

        _process.Dispose();
        await _log.DisposeAsync();
    }

    private void Take(string? line)
    {
        if (line is null)
            return;
        lock (_log)
        {
            if (_log.BaseStream is { CanWrite: true })
                _log.WriteLine(line);
        }

        if (ListeningLine().Match(line) is { Success: true } match)
            _port.TrySetResult(int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture));
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendSignal(int process, int signal);

    [GeneratedRegex(@"listening on \S+:(\d+)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex ListeningLine();
}
