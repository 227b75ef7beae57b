namespace InternalChat.Simulation.Tests.Rules;

/// <summary>The promises that are held in every run.</summary>
internal static class RuleBook
{
    public static Rule[] Of(ISimulation simulation)
    {
        var blocks = new BlocksHold(simulation);
        return
        [
            blocks,
            new AcknowledgedMessagesArrive(simulation),
            new MessagesArriveInOrder(simulation),
            new ReceiptsFollowReplies(simulation),
            new ReadReceiptsComeOnce(simulation, blocks),
            new OneSessionForAUser(simulation),
            new AccountsObeyTheOperator(simulation),
            new RateLimitIsExact(simulation),
            new PendingIsLimited(simulation),
            new ReadingIsPaced(simulation),
            new HistoryIsWhole(simulation),
            new PresenceIsTold(simulation, blocks),
        ];
    }
}
