using System.CommandLine;
using InternalChat.Flood.Connections;
using InternalChat.Flood.Measurement;
using InternalChat.Flood.Running;

namespace InternalChat.Flood.Options;

/// <summary>The options that every scenario has, for <see cref="RunOptions"/>.</summary>
/// <param name="timing">Where nothing is given.</param>
/// <param name="rates">Null for a scenario without an open loop of its own.</param>
internal sealed class CommonOptions(Timing timing, RateOptions? rates)
{
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

    private readonly Option<double?> _connectRate = ScenarioOption.Rate(
        "--connect-rate", "Connections a second that are made before the load; without it some at a time, as fast as they get in");

    private readonly Option<Duration> _connectJitter = ScenarioOption.Duration(
        "--connect-jitter", TimeSpan.Zero, "With --connect-rate: each comes a random time of up to this later than its turn");

    private readonly Option<Duration> _duration = ScenarioOption.Duration("--duration", timing.Duration, "Measured time");

    private readonly Option<Duration> _warmup =
        ScenarioOption.Duration("--warmup", timing.Warmup, "Load before that, which is not measured");

    internal void AddTo(Command command)
    {
        _prefix.Validators.Add(OptionParsers.ValidPrefix);
        _serverPid.Validators.Add(OptionParsers.RunningProcess);
        _duration.Validators.Add(OptionParsers.AtLeast(new Duration(TimeSpan.FromMilliseconds(1))));
        _connections.AddTo(command);
        command.Add(_prefix);
        command.Add(_password);
        command.Add(_connectRate);
        command.Add(_connectJitter);
        rates?.AddTo(command, _duration);
        command.Add(_duration);
        command.Add(_warmup);
        command.Add(_serverPid);
        _outputs.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.IsSet(_connectJitter) && result.GetResult(_connectRate) is null or { Implicit: true })
                result.AddError("--connect-jitter is for --connect-rate only");
        });
    }

    internal RunOptions Read(ParseResult parsed) => new()
    {
        Target = new Target(_connections.Read(parsed), parsed.GetRequiredValue(_prefix), parsed.GetRequiredValue(_password))
        {
            ConnectRate = parsed.GetValue(_connectRate) is { } rate ? new ConnectRate(rate, parsed.GetValue(_connectJitter)) : null,
        },
        Warmup = parsed.GetValue(_warmup),
        Duration = parsed.GetValue(_duration),
        Stages = rates?.Stages(parsed) ?? [],
        ServerPid = parsed.GetValue(_serverPid),
    };

    /// <summary>How the run is shown, written down and judged.</summary>
    internal RunOutputSettings ReadOutputs(ParseResult parsed) => _outputs.Read(parsed);
}

/// <summary>Defaults of a scenario's <c>--duration</c> and <c>--warmup</c>.</summary>
internal sealed record Timing(TimeSpan Duration, TimeSpan Warmup);
