using System.IO.Pipelines;
using System.Net.Sockets;
using InternalChat.Engine.Connections;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace InternalChat.Server.Network;

/// <summary>Puts a <see cref="CountingPipeWriter"/> between a connection and its transport, for a progress that needs its count.</summary>
internal static class CountedTransport
{
    /// <summary>Connection middleware. It costs a connection nothing where Kestrel does not show the socket.</summary>
    public static ConnectionDelegate Use(ConnectionDelegate next, Func<Socket, CountingPipeWriter, ITransportProgress> createProgress) => connection =>
    {
        if (connection.Features.Get<IConnectionSocketFeature>() is { } feature)
        {
            var output = new CountingPipeWriter(connection.Transport.Output);
            connection.Transport = new CountedPipe(connection.Transport.Input, output);
            connection.Features.Set(createProgress(feature.Socket, output));
        }

        return next(connection);
    };

    private sealed record CountedPipe(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
