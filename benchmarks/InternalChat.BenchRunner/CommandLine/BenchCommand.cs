using System.CommandLine;
using InternalChat.BenchRunner.Host;

namespace InternalChat.BenchRunner.CommandLine;

/// <summary>The command line of <c>run-bench.sh</c>. Wrong usage is one line on standard error and exit status 2.</summary>
internal static class BenchCommand
{
    private const int Failure = 1;
    private const int WrongUsage = 2;

    private const string Description = """
        Builds Release, runs the benchmarks, and writes benchmarks/results/<date>-<commit>/ as Markdown, JSON and one HTML page.

          ./run-bench.sh                        every micro suite, a short job each
          ./run-bench.sh Framing                one suite; what follows goes to BenchmarkDotNet (--job medium)
          ./run-bench.sh flood                  every scenario against the real server; or name some
          ./run-bench.sh --quick                everything, for every day
          ./run-bench.sh all --repeat 3         everything, for figures that are published
          ./run-bench.sh --list                 which suites and scenarios there are
          ./run-bench.sh --compare main HEAD    two commits, measured in turns; or two result folders

        Exit status: 0 all was measured; 1 something failed; 2 wrong usage.
        """;

    // What was started is ended and what was found is written.
    private static readonly TimeSpan TimeToWindUp = TimeSpan.FromSeconds(60);

    internal static async Task<int> RunAsync(string[] arguments, TextWriter output, TextWriter errors)
    {
        var root = new RootCommand(Description)
        {
            ListCommand.Create(output),
            MeasureCommands.CreateMicro(arguments, output),
            MeasureCommands.CreateFlood(arguments, output),
            MeasureCommands.CreateAll(arguments, output),
            CompareCommand.Create(arguments, output),
            GenerateCommand.Create(output),
        };
        var parsed = root.Parse(Shortcuts.Expand(arguments, root.Subcommands.Select(command => command.Name)));
        if (parsed.Errors is [var error, ..])
        {
            await errors.WriteLineAsync($"run-bench.sh: {error.Message.ReplaceLineEndings(" ")} (--help tells more)");
            return WrongUsage;
        }

        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration
            {
                Output = output,
                Error = errors,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = TimeToWindUp,
            });
        }
        catch (BenchException exception)
        {
            await errors.WriteLineAsync($"run-bench.sh: {exception.Message}");
            return exception is UsageException ? WrongUsage : Failure;
        }
        catch (OperationCanceledException)
        {
            await errors.WriteLineAsync($"run-bench.sh: ended early; what was found by then is in {Repository.Own().Results}");
            return Failure;
        }
    }
}
