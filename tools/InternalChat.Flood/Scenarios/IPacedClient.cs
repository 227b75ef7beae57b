using InternalChat.Client;
using InternalChat.Flood.Measurement;

namespace InternalChat.Flood.Scenarios;

/// <summary>
/// A client that is told when it is to send: by a pacer in an open loop, by its own answers in a closed one. One thread at a time sends.
/// </summary>
internal interface IPacedClient
{
    /// <summary>Commands that wait for their answer.</summary>
    int Unanswered { get; }

    /// <summary>With so many unanswered it takes no more for now: the server does not keep up.</summary>
    int MaxUnanswered => 16_384;

    /// <summary>Appends one command; it goes out with the next flush.</summary>
    void Append(in SendTimes times);

    /// <summary>Sends what was appended.</summary>
    /// <exception cref="ChatConnectionException">The connection is gone.</exception>
    ValueTask FlushAsync();
}
