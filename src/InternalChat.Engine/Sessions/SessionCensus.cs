namespace InternalChat.Engine.Sessions;

/// <summary>How the users online fare, taken by going through them while they come and go: good for figures, not for decisions.</summary>
/// <param name="Live">Users to whom the writer pushes.</param>
/// <param name="CatchingUp">Users to whom a reader streams the log.</param>
/// <param name="Congested">Users of either kind whose connection takes less than is sent.</param>
/// <param name="WaitingBytes">Bytes that their transports have not taken yet.</param>
internal readonly record struct SessionCensus(int Live, int CatchingUp, int Congested, long WaitingBytes)
{
    public static SessionCensus Take(SessionRegistry sessions)
    {
        var (live, catchingUp, congested, waitingBytes) = (0, 0, 0, 0L);
        foreach (var session in sessions.Online)
        {
            if (session.Delivery!.Mode == DeliveryMode.Live)
                live++;
            else
                catchingUp++;
            if (session.Outbound.IsCongested)
                congested++;
            waitingBytes += session.Outbound.WaitingBytes;
        }

        return new SessionCensus(live, catchingUp, congested, waitingBytes);
    }
}
