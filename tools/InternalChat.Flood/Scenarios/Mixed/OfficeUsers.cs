namespace InternalChat.Flood.Scenarios.Mixed;

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
