using System.Diagnostics;
using InternalChat.Flood.Measurement;

namespace InternalChat.Flood.Scenarios;

/// <summary>Clients that send because they were answered.</summary>
internal static class ClosedLoop
{
    /// <summary>Appends as many commands as the client's window has room for, until the end of the load.</summary>
    /// <returns>Whether there were any.</returns>
    internal static bool Fill(IPacedClient client, int window, RunClock clock)
    {
        var now = Stopwatch.GetTimestamp();
        var free = now < clock.End ? window - client.Unanswered : 0;
        for (var i = 0; i < free; i++)
            client.Append(new SendTimes(now, now));
        return free > 0;
    }
}
