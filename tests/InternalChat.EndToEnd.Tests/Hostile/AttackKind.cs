namespace InternalChat.EndToEnd.Tests.Hostile;

/// <summary>What an attacker does again and again; none of it breaks a rule of the protocol.</summary>
internal enum AttackKind
{
    /// <summary>Logs in, sends 15 KB of LIST and resets the connection.</summary>
    ListsAndResets,

    /// <summary>Sends AUTH with a new name and is gone.</summary>
    RegistersAndCloses,

    /// <summary>Connects, says nothing, and comes again when it is cut.</summary>
    SaysNothing,

    /// <summary>Connects, sends half a line, and comes again when it is cut.</summary>
    SendsHalfALine,

    /// <summary>Reads HISTORY without pause.</summary>
    ReadsHistory,

    /// <summary>Sends LIST without reading any.</summary>
    DoesNotReadLists,

    /// <summary>AUTH, PING and QUIT in one write, and again.</summary>
    Polls,

    /// <summary>Writes to somebody who is never there, without pause.</summary>
    WritesToTheAbsent,

    /// <summary>Gets 400 KB of messages and reads none.</summary>
    DoesNotReadMessages,
}
