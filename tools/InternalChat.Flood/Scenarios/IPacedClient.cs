using InternalChat.Flood.Connections;
using InternalChat.Flood.Measurement;

namespace InternalChat.Flood.Scenarios;

/// <summary>A client of an open loop: it is told when it is to send what. One thread at a time sends.</summary>
internal interface IPacedClient
{
    LoadConnection Connection { get; }

    /// <summary>Commands that wait for their answer.</summary>
    int Unanswered { get; }

    /// <summary>Appends one command; it goes out with the next flush of the connection.</summary>
    void Append(in SendTimes times);
}
