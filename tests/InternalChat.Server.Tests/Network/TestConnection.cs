using System.IO.Pipelines;
using System.Net;
using InternalChat.Engine.Connections;
using InternalChat.Engine.Options;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.Extensions.Logging.Abstractions;

namespace InternalChat.Server.Tests.Network;

/// <summary>Kestrel's side of a connection that is made of two pipes.</summary>
internal sealed class TestConnection : DefaultConnectionContext, IConnectionLifetimeNotificationFeature, IDisposable
{
    private readonly Pipe _toServer = new(new PipeOptions(readerScheduler: PipeScheduler.Inline, useSynchronizationContext: false));
    private readonly Pipe _toClient = new();
    private readonly CancellationTokenSource _stopping = new();

    public TestConnection(EndPoint peer)
    {
        RemoteEndPoint = peer;
        Transport = new TwoPipes(_toServer.Reader, _toClient.Writer);
        Features.Set<IConnectionLifetimeNotificationFeature>(this);
    }

    /// <summary>So many as the options say; usually as many as anybody wants.</summary>
    public static ConnectionPlaces Places(LiveOptions? options = null) =>
        new(() => options ?? new LiveOptions(), TimeProvider.System, NullLogger.Instance);

    public bool IsAborted { get; private set; }

    public CancellationToken ConnectionClosedRequested
    {
        get => _stopping.Token;
        set => throw new NotSupportedException();
    }

    public void RequestClose() => _stopping.Cancel();

    /// <summary>What arrives from the peer.</summary>
    public async Task ReceiveAsync(ReadOnlyMemory<byte> bytes) => await _toServer.Writer.WriteAsync(bytes);

    public override void Abort(ConnectionAbortedException abortReason)
    {
        IsAborted = true;
        _toServer.Writer.Complete(abortReason);
    }

    public void Dispose() => _stopping.Dispose();

    private sealed record TwoPipes(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
