namespace InternalChat.Server.Administration.Contract;

/// <summary>Users who are online.</summary>
/// <param name="Sessions">In the order of their names' bytes.</param>
/// <param name="Next">What <c>after</c> has to be for the next page; null where this is the last.</param>
internal sealed record SessionPage(IReadOnlyList<SessionEntry> Sessions, string? Next);

/// <summary>One session.</summary>
/// <param name="User">Whose.</param>
/// <param name="Address">Of the peer; null where the connection has none.</param>
/// <param name="ConnectedAt">UTC.</param>
/// <param name="State"><c>live</c>, <c>catching_up</c> or <c>closing</c>.</param>
/// <param name="WaitingBytes">For the peer, not taken by its connection.</param>
/// <param name="MessagesSent">Stored of the user since it connected.</param>
/// <param name="MessagesReceived">Sent to the user since it connected.</param>
internal sealed record SessionEntry(
    string User, string? Address, DateTime ConnectedAt, string State, long WaitingBytes, long MessagesSent, long MessagesReceived);
