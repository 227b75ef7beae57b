using System.CommandLine;
using System.Runtime.InteropServices;
using System.Text;
using InternalChat.Client;
using InternalChat.Flood.Report;

namespace InternalChat.Flood.Options;

/// <summary>The command line: a subcommand for each scenario. Wrong usage is one line on standard error and exit status 2.</summary>
internal static class FloodCommand
{
    private const string Description = """
        Puts load on an InternalChat server, measures it, and proves that nothing was lost.

        Ctrl-C ends the load early, and what was measured is reported; a second one ends at once.

        Exit status: 0 all went well; 1 messages or receipts are missing, duplicated, reordered or corrupted, the server
        answered with an error that was not expected, a threshold does not hold, the load could not be put on or kept up,
        or the results cannot be written; 2 wrong usage.
        """;

    private static IEnumerable<ScenarioCommand> Scenarios =>
    [
        new MessageCommand(),
        new ConnectCommand(),
        new LoginCommand(),
        new PresenceCommand(),
        new SlowCommand(),
        new HistoryCommand(),
        new MixedCommand(),
    ];

    internal static RootCommand Create(TextWriter output, TextWriter errors)
    {
        var root = new RootCommand(Description);
        foreach (var scenario in Scenarios)
            root.Add(scenario.Create(output, errors));
        root.Add(new VerifyCommand(output, errors).Create());
        return root;
    }

    internal static Task<int> RunAsync(string[] arguments, TextWriter output, TextWriter errors) =>
        RunUntilAsync(arguments, output, errors, CancellationToken.None);

    /// <param name="arguments">The command line.</param>
    /// <param name="output">For results.</param>
    /// <param name="errors">For what goes on, and for what is wrong.</param>
    /// <param name="end">Ends a load early, as the first Ctrl-C does.</param>
    /// <returns>The exit status.</returns>
    internal static async Task<int> RunUntilAsync(string[] arguments, TextWriter output, TextWriter errors, CancellationToken end)
    {
        var parsed = Create(output, errors).Parse(arguments);
        if (parsed.Errors is [var error, ..])
        {
            var message = parsed.UnmatchedTokens is [var unknown, ..] ? $"'{unknown}' is not known here" : error.Message;
            return await RefuseAsync(message, errors);
        }

        using var interruption = new Interruption(errors);
        using var earlyEnd = CancellationTokenSource.CreateLinkedTokenSource(interruption.Token, end);
        var invocation = new InvocationConfiguration
        {
            Output = output,
            Error = errors,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        };
        try
        {
            return await parsed.InvokeAsync(invocation, earlyEnd.Token);
        }
        catch (Exception exception) when (exception is ChatException or IOException or UnauthorizedAccessException)
        {
            await errors.WriteLineAsync($"flood: {ReportText.Plain(exception.Message)}");
            return ExitStatus.Failure;
        }
    }

    /// <summary>Says in one line what is wrong with the command line.</summary>
    /// <returns>The exit status.</returns>
    internal static async Task<int> RefuseAsync(string problem, TextWriter errors)
    {
        var words = problem.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        await errors.WriteLineAsync($"flood: {string.Join(' ', words)} (--help tells more)");
        return ExitStatus.Usage;
    }
}

/// <summary>
/// Ctrl-C, SIGTERM, and SIGHUP of a terminal that is gone: the first ends the load in order, however long what is under way takes; a
/// second one ends the process at once.
/// </summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource _cancellation = new();
    private readonly PosixSignalRegistration[] _signals;
    private readonly TextWriter _errors;
    private int _count;

    internal Interruption(TextWriter errors)
    {
        _errors = errors;
        _signals =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, End),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, End),
            PosixSignalRegistration.Create(PosixSignal.SIGHUP, End),
        ];
    }

    /// <summary>Cancelled by the first.</summary>
    internal CancellationToken Token => _cancellation.Token;

    public void Dispose()
    {
        foreach (var signal in _signals)
            signal.Dispose();
        _cancellation.Dispose();
    }

    private void End(PosixSignalContext signal)
    {
        signal.Cancel = true;
        if (Interlocked.Increment(ref _count) > 1)
        {
            _errors.WriteLine("flood: ended at once, without a report");
            Environment.Exit(ExitStatus.Failure);
        }

        _errors.WriteLine("flood: ending, what is under way is waited for; once more ends at once");
        _cancellation.Cancel();
    }
}

/// <summary>Standard error, which may be full: what cannot be said there does not end a run.</summary>
internal sealed class StandardError(TextWriter inner) : TextWriter
{
    public override Encoding Encoding => inner.Encoding;

    public override void Write(char value) => Attempt(value, static (inner, value) => inner.Write(value));

    public override void Write(string? value) => Attempt(value, static (inner, value) => inner.Write(value));

    public override void WriteLine(string? value) => Attempt(value, static (inner, value) => inner.WriteLine(value));

    public override void Flush() => Attempt(0, static (inner, _) => inner.Flush());

    private void Attempt<T>(T value, Action<TextWriter, T> write)
    {
        try
        {
            write(inner, value);
        }
        catch (IOException)
        {
            // There is nowhere else to say it.
        }
    }
}

/// <summary>What the process tells its caller.</summary>
internal static class ExitStatus
{
    internal const int Success = 0;

    /// <summary>The report has failures (<see cref="Report.RunReport.Failures"/>), or there is none.</summary>
    internal const int Failure = 1;

    internal const int Usage = 2;
}
