using System.Net.Sockets;
using InternalChat.Engine.Connections;
using InternalChat.Server.Network;

namespace InternalChat.Benchmarks.IdleSessions;

/// <summary>As large as what a session keeps of its TCP connection; the peer has acknowledged everything.</summary>
internal sealed class AcknowledgedTcp(Socket socket) : TcpProgress(socket), ITransportProgress
{
    public new bool TrySample(out TransportSample sample)
    {
        sample = new TransportSample(long.MaxValue, TimeSpan.Zero);
        return true;
    }
}
