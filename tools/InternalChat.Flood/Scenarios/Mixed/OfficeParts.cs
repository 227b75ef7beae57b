using InternalChat.Flood.Measurement;
using InternalChat.Flood.Scenarios.History;
using InternalChat.Flood.Scenarios.Lists;
using InternalChat.Flood.Scenarios.Message;
using InternalChat.Flood.Scenarios.Presence;
using InternalChat.Flood.Scenarios.Slow;
using InternalChat.Protocol;

namespace InternalChat.Flood.Scenarios.Mixed;

/// <summary>A scenario that is a part of a mixed load.</summary>
/// <param name="Prefix">Before the names of its checks; empty for none.</param>
/// <param name="Scenario">With accounts of its own.</param>
internal sealed record MixedPart(string Prefix, IScenario Scenario);

/// <summary>From what users do to the scenarios that have it done.</summary>
internal sealed class OfficeParts(MixedOptions options)
{
    // In each conversation: more than HISTORY shows.
    private const int HistoryMessages = 2 * WireLimits.DefaultHistory;

    private readonly OfficeUsers _users = options.Users;

    internal IEnumerable<MixedPart> All()
    {
        yield return new MixedPart("", new MessageScenario(Chat));
        if (_users.AwayPairs > 0)
            yield return new MixedPart("away_", new MessageScenario(Away));
        if (_users.SlowPairs > 0)
            yield return new MixedPart("", new SlowScenario(new SlowOptions(Slow, MustHoldBack: false, SideChat: null)));
        if (_users.HistoryPairs > 0)
            yield return new MixedPart("history_", new HistoryScenario(History));
        if (_users.Listing > 0)
            yield return new MixedPart("list_", new ListScenario(_users.Listing, options.Rate.Times(options.Shares.List)));
        if (_users.Idle + _users.Churning > 0)
            yield return new MixedPart("", new PresenceScenario(Presence));
    }

    private MessageOptions Chat => new()
    {
        To = MessageTopology.Zipf,
        ZipfExponent = options.ZipfExponent,
        Pairs = _users.ChatPairs,
        BodyBytes = options.BodyBytes,
        Window = 1,
        Rate = options.Rate.Times(options.Shares.Chat),
        ReadShare = options.Shares.Read,
    };

    private MessageOptions Away => Chat with
    {
        To = MessageTopology.Away,
        Pairs = _users.AwayPairs,
        Rate = options.Rate.Times(options.Shares.Away),
        VisitInterval = options.ReturnInterval,
        Letters = ('a', 'b'),
    };

    private MessageOptions Slow => Chat with
    {
        To = MessageTopology.Pair,
        Pairs = _users.SlowPairs,
        // Long ones: what is not read is to become more than the sockets' buffers hold.
        BodyBytes = WireLimits.MaxBodyBytes,
        Rate = options.Rate.Times(options.Shares.Slow),
        ReadShare = 0,
        MeasuresLatencies = false,
    };

    private HistoryOptions History => new()
    {
        Pairs = _users.HistoryPairs,
        Messages = HistoryMessages,
        BodyBytes = options.BodyBytes,
        Limit = WireLimits.DefaultHistory,
        Window = 1,
        Rate = options.Rate.Times(options.Shares.History),
    };

    private PresenceOptions Presence => new(
        _users.Idle,
        _users.Churning,
        SendRate.OncePer(options.ReturnInterval, _users.Churning),
        options.PingInterval,
        options.Expected,
        SideChat: null);
}
