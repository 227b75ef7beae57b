using System.CommandLine;

namespace InternalChat.BenchRunner.CommandLine;

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
