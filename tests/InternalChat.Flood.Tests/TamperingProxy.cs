using System.Net;
using System.Net.Sockets;
using System.Text;

namespace InternalChat.Flood.Tests;

/// <summary>
/// Stands between the tool and a sound server, and passes on what clients say; in place of each line of one kind whatever a test
/// makes of it.
/// </summary>
/// <param name="server">The sound one.</param>
/// <param name="tamper">
/// Called once for each connection; what it returns makes zero or more lines of each such line, or null to drop the connection.
/// </param>
/// <param name="begin">What such lines begin with; all do where it is empty.</param>
internal sealed class TamperingProxy(IPEndPoint server, Func<Func<string, IEnumerable<string>?>> tamper, string begin = "") : LoopbackPeer
{
    protected override async Task ServeAsync(TcpClient client)
    {
        using var outer = new TcpClient();
        await outer.ConnectAsync(server);
        await Task.WhenAny(
            client.GetStream().CopyToAsync(outer.GetStream()), PassOnAsync(outer.GetStream(), client.GetStream(), tamper()));
    }

    private async Task PassOnAsync(NetworkStream from, NetworkStream to, Func<string, IEnumerable<string>?> make)
    {
        using var reader = new StreamReader(from, Encoding.Latin1);
        while (await reader.ReadLineAsync() is { } line)
        {
            if ((line.StartsWith(begin, StringComparison.Ordinal) ? make(line) : [line]) is not { } lines)
                return;
            foreach (var passed in lines)
                await to.WriteAsync(Encoding.Latin1.GetBytes(passed + "\n"));
        }
    }
}
