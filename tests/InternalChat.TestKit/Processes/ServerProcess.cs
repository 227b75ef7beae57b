using System.Diagnostics;
using System.Globalization;
using System.Net;
using InternalChat.TestKit.Sockets;

namespace InternalChat.TestKit.Processes;

/// <summary>
/// The real server program as a child process on a free port. Disposing it kills it, deletes its folder and throws
/// where its output holds an error that no test declared, a password or a message body.
/// </summary>
public sealed class ServerProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly TemporaryFolder _folder;
    private readonly ServerLaunch _launch;
    private volatile TaskCompletionSource? _pause;
    private Task _reading = Task.CompletedTask;

    private ServerProcess(Process process, TemporaryFolder folder, ServerLaunch launch)
    {
        _process = process;
        _folder = folder;
        _launch = launch;
        DatabasePath = launch.DatabasePath ?? folder.File("chat.db");
    }

    public string DatabasePath { get; }

    public ServerOutput Output { get; } = new();

    public SecretLedger Secrets => _launch.Secrets;

    public IPEndPoint EndPoint { get; private set; } = new(IPAddress.Loopback, 0);

    /// <summary>Where else it listens, in the order of <c>--listen</c>.</summary>
    public IReadOnlyList<EndPoint> Listeners { get; private set; } = [];

    public int ProcessId => _process.Id;

    public bool HasExited => _process.HasExited;

    public static Task<ServerProcess> StartAsync(params string[] flags) => StartAsync(ServerLaunch.Quick(flags));

    public static async Task<ServerProcess> StartAsync(ServerLaunch launch)
    {
        var server = Launch(launch);
        try
        {
            await server.UntilListeningAsync();
            return server;
        }
        catch
        {
            await server.AbandonAsync();
            throw;
        }
    }

    /// <summary>Starts the program and does not wait until it listens: <see cref="UntilListeningAsync"/> does.</summary>
    public static ServerProcess Launch(ServerLaunch launch)
    {
        var folder = new TemporaryFolder();
        string[] port = launch.Flags.Contains("--port") ? [] : ["--port", "0"];
        string[] command = launch.Command is null ? [] : [launch.Command];
        string[] arguments =
            [.. command, "--host", launch.Host, .. port, "--db-path", launch.DatabasePath ?? folder.File("chat.db"), .. launch.Flags];
        var start = ServerProgram.StartInfo(launch.Program ?? ServerProgram.Path, folder.Path, arguments, launch.Environment);
        if (launch.OpenFiles is { } openFiles)
            ServerProgram.Limit(start, $"ulimit -n {openFiles}");
        if (launch.FileBlocks is { } blocks)
            ServerProgram.Limit(start, $"ulimit -f {blocks}");
        var process = new Process { StartInfo = start };
        var server = new ServerProcess(process, folder, launch);
        process.Start();
        server._reading = server.ReadAllAsync();
        return server;
    }

    /// <summary>Starts the server and kills it after a while, whether or not it has come to listen by then.</summary>
    public static async Task StartAndKillAsync(ServerLaunch launch, TimeSpan after)
    {
        var server = Launch(launch);
        await Task.Delay(after);
        await server.AbandonAsync();
    }

    public async Task UntilListeningAsync()
    {
        var exited = _process.WaitForExitAsync();
        var listening = Output.ListeningAsync(1 + _launch.Flags.Count(static flag => flag == "--listen"));
        var first = await Task.WhenAny(listening, exited, Task.Delay(Patience.Limit));
        if (first == exited)
            throw new InvalidOperationException($"The server ended with status {_process.ExitCode} before it listened:\n{Output.SoFar}");
        if (first != listening)
            throw new TimeoutException($"Timed out after {Patience.Limit.TotalSeconds} s starting the server. It printed:\n{Output.SoFar}");
        var places = await listening;
        var host = IPAddress.Parse(_launch.Host);
        EndPoint = new IPEndPoint(host.Equals(IPAddress.Any) ? IPAddress.Loopback : host, ((IPEndPoint)places[0]).Port);
        Listeners = [.. places.Skip(1)];
    }

    public Task<RawClient> ConnectAsync(RawClientOptions? options = null) =>
        RawClient.ConnectAsync(
            options?.Server ?? EndPoint, (options ?? new()) with { Secrets = Secrets, ServerOutput = () => Output.SoFar });

    /// <summary>A new connection, registered or authenticated as this user.</summary>
    public async Task<RawClient> LoginAsync(string name, RawClientOptions? options = null)
    {
        var client = await ConnectAsync(options);
        try
        {
            await client.LoginAsync(name);
            return client;
        }
        catch
        {
            await client.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits for the server to end by itself; its exit status.</summary>
    public Task<int> WaitForEndAsync() => AwaitExitAsync("waiting for the server to end by itself");

    /// <summary>SIGHUP, then the line in which the server says what became of its settings.</summary>
    public async Task<string> ReloadAsync()
    {
        var line = Output.NextAsync("read again");
        UnixSignal.HangUp(_process);
        return await line;
    }

    /// <summary>Sends it a signal by the system's number.</summary>
    public void Signal(int number) => UnixSignal.Send(_process, number);

    /// <summary>Nobody reads what it prints until <see cref="GoOnReading"/>: soon its pipes are full.</summary>
    public void StopReading() => _pause = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void GoOnReading() => _pause?.TrySetResult();

    /// <summary>SIGTERM, then the exit status.</summary>
    public Task<int> TerminateAsync()
    {
        UnixSignal.Terminate(_process);
        return AwaitExitAsync("waiting for the server to end after SIGTERM");
    }

    /// <summary>SIGKILL; returns when the process is gone.</summary>
    public async Task KillAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await AwaitExitAsync("waiting for the server to be gone after SIGKILL");
    }

    /// <summary>
    /// A line of <c>/proc/…/status</c> in bytes: <c>VmRSS</c> is the resident set, <c>RssAnon</c> the part of it that no file backs.
    /// </summary>
    public long MemoryBytes(string name)
    {
        var line = File.ReadLines($"/proc/{_process.Id}/status").First(status => status.StartsWith(name + ":", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
    }

    /// <summary>Processor time that it has used, in user and kernel mode.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Throws where the server died, logged an error nobody declared, or printed a secret.</summary>
    public void VerifyOutput()
    {
        var errors = Output.UnexpectedErrors();
        if (errors.Count > 0)
            throw new InvalidOperationException($"The server logged {errors.Count} error(s) that the test did not expect:\n{errors[0]}");
        var leaked = Secrets.FindIn(Output.SoFar);
        if (leaked.Count > 0)
            throw new InvalidOperationException($"The server's output holds {string.Join(", ", leaked)}:\n{Output.SoFar}");
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await KillAsync();
            VerifyOutput();
        }
        finally
        {
            _process.Dispose();
            _folder.Dispose();
        }
    }

    private async Task AbandonAsync()
    {
        await KillAsync();
        _process.Dispose();
        _folder.Dispose();
    }

    private async Task ReadAllAsync()
    {
        await Task.WhenAll(Task.Run(() => ReadAsync(_process.StandardOutput)), Task.Run(() => ReadAsync(_process.StandardError)));
        Output.End();
    }

    private async Task ReadAsync(StreamReader stream)
    {
        while (await stream.ReadLineAsync() is { } line)
        {
            Output.Add(line);
            if (_pause is { } pause)
                await pause.Task;
        }
    }

    private async Task<int> AwaitExitAsync(string phase)
    {
        using var deadline = new CancellationTokenSource(Patience.Limit);
        try
        {
            await _process.WaitForExitAsync(deadline.Token);
            // What nobody reads is still in the pipes.
            if (_pause is not { Task.IsCompleted: false })
                await _reading.WaitAsync(deadline.Token);
            return _process.ExitCode;
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"Timed out after {Patience.Limit.TotalSeconds} s {phase}. It printed:\n{Output.SoFar}");
        }
    }
}
