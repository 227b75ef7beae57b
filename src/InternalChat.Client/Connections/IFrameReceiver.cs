using InternalChat.Protocol.Parsing;

namespace InternalChat.Client;

/// <summary>Takes frames where they lie in the receive buffer, as <see cref="ChatConnection.ReadAsync"/> finds them.</summary>
public interface IFrameReceiver
{
    /// <summary>Takes one frame. Called one at a time, on the thread that reads; must not block.</summary>
    /// <param name="frame">The frame; valid until this method returns.</param>
    /// <param name="line">The line that the frame was parsed from, without its line end; valid until this method returns.</param>
    /// <returns>
    /// True to go on with the frames that are buffered; false to end this read after the frame. What is buffered stays so: the next
    /// read returns it without asking the socket.
    /// </returns>
    bool OnFrame(in ServerFrame frame, ReadOnlySpan<byte> line);
}
