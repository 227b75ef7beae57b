using InternalChat.Flood.Measurement;
using InternalChat.Flood.Running;
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

/// <summary>
/// How many users do what. Idle and churning ones have shares of all; the others are divided as the commands are, so that each of them is
/// as busy as the next. What has a share has at least one user, or two who talk.
/// </summary>
/// <param name="Idle">Stay online, hear of others and PING.</param>
/// <param name="Churning">Come and go.</param>
/// <param name="ChatPairs">As many senders as recipients, as in the next three.</param>
/// <param name="AwayPairs">Recipients are away but for short visits.</param>
/// <param name="SlowPairs">Recipients do not read.</param>
/// <param name="HistoryPairs">One of two asks for the conversation.</param>
/// <param name="Listing">Ask who is there.</param>
internal sealed record OfficeUsers(int Idle, int Churning, int ChatPairs, int AwayPairs, int SlowPairs, int HistoryPairs, int Listing)
{
    internal int Count => Idle + Churning + (2 * (ChatPairs + AwayPairs + SlowPairs + HistoryPairs)) + Listing;

    /// <returns>Null where there are too few users for anybody to chat.</returns>
    internal static OfficeUsers? Divide(int users, OfficeShares shares)
    {
        var (idle, churning) = (Part(users, shares.Idle), Part(users, shares.Churn));
        var busy = users - idle - churning;
        var (away, slow, asking) = (Part(busy / 2, shares.Away), Part(busy / 2, shares.Slow), Part(busy / 2, shares.History));
        var listing = Part(busy, shares.List);
        var chatting = (busy - listing - (2 * (away + slow + asking))) / 2;
        if (chatting < 1)
            return null;
        var divided = new OfficeUsers(idle, churning, chatting, away, slow, asking, listing);
        // An odd one has nobody to talk to.
        return idle > 0 ? divided with { Idle = idle + (users - divided.Count) } : divided;
    }

    private static int Part(int users, double share) => share > 0 ? Math.Max(1, (int)Math.Round(users * share)) : 0;
}
