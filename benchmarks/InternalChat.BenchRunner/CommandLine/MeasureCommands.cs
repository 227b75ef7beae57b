using System.CommandLine;
using InternalChat.BenchRunner.Host;
using InternalChat.BenchRunner.Loads;
using InternalChat.BenchRunner.Micro;
using InternalChat.BenchRunner.Runs;

namespace InternalChat.BenchRunner.CommandLine;

/// <summary><c>micro</c>, <c>flood</c> and <c>all</c>: measure this working tree.</summary>
internal static class MeasureCommands
{
    // For figures that are published BenchmarkDotNet takes its time.
    private static readonly string[] LongJob = ["--job", "medium"];

    internal static Command CreateMicro(string[] typed, TextWriter output)
    {
        var filter = new Argument<string>("filter")
        {
            Description = "Part of a benchmark's name, or a pattern with *",
            DefaultValueFactory = _ => "*",
        };
        var command = new Command("micro", "The BenchmarkDotNet suites, a short job each; options that are not ours go to BenchmarkDotNet")
        {
            filter,
        };
        command.TreatUnmatchedTokensAsErrors = false;
        var options = new RunOptions(rounds: 1);
        options.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var request = options.Read(parsed, typed) with
            {
                MicroFilter = parsed.GetRequiredValue(filter),
                MicroOptions = [.. parsed.UnmatchedTokens],
            };
            var own = Repository.Own();
            var program = new BenchmarkProgram(own, request.MicroFilter, request.MicroOptions);
            if (!program.AsksOnly)
                return await RunAsync(own, request, output, cancellationToken);
            await own.BuildBenchmarksAsync(cancellationToken);
            return await program.ShowAsync(cancellationToken);
        });
        return command;
    }

    internal static Command CreateFlood(string[] typed, TextWriter output)
    {
        var names = new Argument<string[]>("scenario") { Description = "Names of scenarios (--list tells them); all if none is given" };
        var command = new Command("flood", "Scenarios of the load tool against the real server process") { names };
        var options = new RunOptions(rounds: 1);
        options.AddTo(command);
        command.SetAction((parsed, cancellationToken) =>
        {
            var request = options.Read(parsed, typed) with { Scenarios = parsed.GetValue(names) ?? [] };
            return RunAsync(Repository.Own(), request, output, cancellationToken);
        });
        return command;
    }

    internal static Command CreateAll(string[] typed, TextWriter output)
    {
        var command = new Command("all", "Every suite and scenario");
        var options = new RunOptions(rounds: 1);
        options.AddTo(command);
        command.SetAction((parsed, cancellationToken) =>
        {
            var request = options.Read(parsed, typed);
            return RunAsync(
                Repository.Own(),
                request with { Scenarios = [], MicroFilter = "*", MicroOptions = request.IsQuick ? [] : LongJob },
                output,
                cancellationToken);
        });
        return command;
    }

    private static async Task<int> RunAsync(Repository own, RunRequest request, TextWriter output, CancellationToken cancellationToken)
    {
        var (result, folder) = (await new BenchRun(own, request, output).RunAsync([own], cancellationToken)).Single();
        output.WriteLine($"results are in {Path.GetRelativePath(Environment.CurrentDirectory, folder)}");
        return result.Scenarios.Any(scenario => scenario.Status == ScenarioStatus.Failed) ? 1 : 0;
    }
}

/// <summary>Options of every command that measures.</summary>
internal sealed class RunOptions
{
    private const int MaxRounds = 100;

    private readonly Option<bool> _quick = new("--quick")
    {
        Description = "Seconds a scenario and only the shorter ones: for every day, not for publishing",
    };

    private readonly Option<bool> _heavy = new("--heavy")
    {
        Description = "Also what takes minutes and gigabytes: the database of 10 M messages",
    };

    private readonly Option<bool> _native = new("--native")
    {
        Description = "Loads the server that is compiled to a native program, as it is installed; takes a C compiler, and minutes to build",
    };

    private readonly Option<int> _rounds;

    private readonly Option<DirectoryInfo> _databases = new("--databases")
    {
        HelpName = "FOLDER",
        Description = "Where databases lie while they are needed: its disk is what fsync is measured on",
        DefaultValueFactory = _ => new DirectoryInfo(Path.GetTempPath()),
    };

    internal RunOptions(int rounds)
    {
        _rounds = new Option<int>("--repeat")
        {
            HelpName = "N",
            Description = "Rounds of each scenario and suite; the middle counts, and their distance shows the noise",
            DefaultValueFactory = _ => rounds,
        };
        _rounds.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !(int.TryParse(token.Value, out var value) && value is >= 1 and <= MaxRounds))
                result.AddError($"--repeat: '{token.Value}' is not within 1 to {MaxRounds}");
        });
        _databases.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !Directory.Exists(token.Value))
                result.AddError($"--databases: there is no folder '{token.Value}'");
        });
    }

    internal void AddTo(Command command)
    {
        command.Add(_quick);
        command.Add(_heavy);
        command.Add(_native);
        command.Add(_rounds);
        command.Add(_databases);
    }

    internal RunRequest Read(ParseResult parsed, IEnumerable<string> arguments) => new()
    {
        Command = string.Join(' ', arguments),
        IsQuick = parsed.GetValue(_quick),
        IsHeavy = parsed.GetValue(_heavy),
        IsNative = parsed.GetValue(_native),
        Rounds = parsed.GetValue(_rounds),
        Databases = parsed.GetRequiredValue(_databases).FullName,
    };
}
