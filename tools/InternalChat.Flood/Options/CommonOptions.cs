using System.CommandLine;

namespace InternalChat.Flood.Options;

/// <summary>The options that every scenario has, for <see cref="RunOptions"/>.</summary>
/// <param name="timing">Null for a scenario that has no warm-up and ends by itself.</param>
internal sealed class CommonOptions(Timing? timing)
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    private readonly ConnectionOptions _connections = new();

    private readonly Option<string> _prefix = new("--accounts-prefix")
    {
        HelpName = "NAME",
        Description = "First part of the names of the accounts; they are made where they are missing and used again",
        DefaultValueFactory = _ => "flood",
    };

    private readonly Option<string> _password = ScenarioOption.Password();

    private readonly Option<int?> _serverPid = new("--server-pid")
    {
        HelpName = "PID",
        Description = "Show CPU and memory of the server, which runs on this machine",
    };

    private readonly OutputOptions _outputs = new();

    private readonly Option<TimeSpan>? _duration =
        timing is null ? null : ScenarioOption.Duration("--duration", timing.Duration, "Measured time");

    private readonly Option<TimeSpan>? _warmup =
        timing is null ? null : ScenarioOption.Duration("--warmup", timing.Warmup, "Load before that, which is not measured");

    internal void AddTo(Command command)
    {
        _prefix.Validators.Add(OptionParsers.ValidPrefix);
        _serverPid.Validators.Add(OptionParsers.RunningProcess);
        _connections.AddTo(command);
        command.Add(_prefix);
        command.Add(_password);
        if (_duration is not null)
            command.Add(_duration);
        if (_warmup is not null)
            command.Add(_warmup);
        command.Add(_serverPid);
        _outputs.AddTo(command);
    }

    internal RunOptions Read(ParseResult parsed) => new()
    {
        Target = new Target(_connections.Read(parsed), parsed.GetRequiredValue(_prefix), parsed.GetRequiredValue(_password)),
        Warmup = _warmup is null ? TimeSpan.Zero : parsed.GetValue(_warmup),
        Duration = _duration is null ? Longest : parsed.GetValue(_duration),
        ServerPid = parsed.GetValue(_serverPid),
        Outputs = _outputs.Read(parsed),
    };
}

/// <summary>Defaults of a scenario's <c>--duration</c> and <c>--warmup</c>.</summary>
internal sealed record Timing(TimeSpan Duration, TimeSpan Warmup);
