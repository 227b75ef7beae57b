using System.CommandLine;
using InternalChat.Flood.Measurement;
using InternalChat.Flood.Running;
using InternalChat.Flood.Scenarios.Mixed;
using InternalChat.Flood.Scenarios.Presence;

namespace InternalChat.Flood.Options;

/// <summary>The command line of <see cref="MixedScenario"/>.</summary>
internal sealed class MixedCommand() : ScenarioCommand(
    "mixed",
    "A day in an office: all of the other loads at the same time, each by its share",
    new Timing(Duration: TimeSpan.FromMinutes(1), Warmup: TimeSpan.FromSeconds(5)),
    new RateOptions("Commands a second over all users: messages, HISTORY and LIST", 200))
{
    private const double Whole = 100;

    private readonly Option<int> _users = ScenarioOption.Number("--users", 1_000, 20, 50_000, "Users in all");

    private readonly Option<double> _idle = ScenarioOption.Share(
        "--idle-share", 50, "Of the users: those who only stay online, PING now and then and hear of others");

    private readonly Option<double> _churn = ScenarioOption.Share("--churn-share", 10, "Of the users: those who come and go");

    private readonly Option<double> _away = ScenarioOption.Share(
        "--away-share", 10, "Of the commands: messages to users who are away but for short visits");

    private readonly Option<double> _history = ScenarioOption.Share("--history-share", 5, "Of the commands: HISTORY");

    private readonly Option<double> _list = ScenarioOption.Share("--list-share", 1, "Of the commands: LIST");

    private readonly Option<double> _slow = ScenarioOption.Share(
        "--slow-share", 1, "Of the commands: long messages to users who do not read until the load has ended");

    private readonly Option<double> _read = ScenarioOption.Share(
        "--read-share", 50, "Of the messages between those who are there: answered with READ");

    private readonly Option<double> _zipfExponent = ScenarioOption.ZipfExponent(
        "How uneven the choice of recipients is: the one of rank k gets messages in proportion to 1/k^S");

    private readonly Option<int> _bodyBytes = ScenarioOption.BodyBytes();

    private readonly Option<Duration> _ping = ScenarioOption.PingInterval(TimeSpan.FromSeconds(30), "each idle user");

    private readonly Option<Duration> _return = ScenarioOption.Interval(
        "--return-interval", TimeSpan.FromSeconds(20), "Time from one coming of a user who comes and goes, or is away, to the next");

    private readonly Option<PresenceExpectation> _expected = ScenarioOption.ExpectedPresence();

    protected override void AddOptions(Command command)
    {
        command.Add(_users);
        foreach (var share in new[] { _idle, _churn, _away, _history, _list, _slow, _read })
            command.Add(share);
        command.Add(_zipfExponent);
        command.Add(_bodyBytes);
        command.Add(_ping);
        command.Add(_return);
        command.Add(_expected);
    }

    protected override IEnumerable<string> Contradictions(ParseResult parsed)
    {
        var shares = Shares(parsed);
        if (shares.Idle + shares.Churn >= 1)
            yield return "--idle-share and --churn-share leave nobody who chats: together they have to be below 100";
        else if (shares.Chat <= 0)
            yield return "--away-share, --history-share, --list-share and --slow-share leave no chat: together they have to be below 100";
        else if (OfficeUsers.Divide(parsed.GetValue(_users), shares) is null)
            yield return $"--users: {parsed.GetValue(_users)} are too few for these shares";
    }

    protected override IScenario Read(ParseResult parsed)
    {
        var shares = Shares(parsed);
        return new MixedScenario(new MixedOptions
        {
            Users = OfficeUsers.Divide(parsed.GetValue(_users), shares)!,
            Shares = shares,
            Rate = Rates.Read(parsed)!,
            ZipfExponent = parsed.GetValue(_zipfExponent),
            BodyBytes = parsed.GetValue(_bodyBytes),
            PingInterval = parsed.GetValue(_ping),
            ReturnInterval = parsed.GetValue(_return),
            Expected = parsed.GetValue(_expected),
        });
    }

    private OfficeShares Shares(ParseResult parsed) => new()
    {
        Idle = parsed.GetValue(_idle) / Whole,
        Churn = parsed.GetValue(_churn) / Whole,
        Away = parsed.GetValue(_away) / Whole,
        History = parsed.GetValue(_history) / Whole,
        List = parsed.GetValue(_list) / Whole,
        Slow = parsed.GetValue(_slow) / Whole,
        Read = parsed.GetValue(_read) / Whole,
    };
}
