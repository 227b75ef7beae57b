using System.Net.Sockets;
using System.Text;
using InternalChat.TestKit;

namespace InternalChat.EndToEnd.Tests.Operation;

/// <summary>The service manager's end of the notification protocol: a real Unix datagram socket.</summary>
internal sealed class NotifySocket : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
    private readonly byte[] _datagram = new byte[4_096];
    private readonly string _path;

    public NotifySocket(TemporaryFolder folder)
    {
        _path = folder.File("notify.sock");
        _socket.Bind(new UnixDomainSocketEndPoint(_path));
    }

    /// <summary>What the service's environment needs.</summary>
    /// <param name="watchdog">How long a service may go without a ping; null where it need not ping.</param>
    public Dictionary<string, string> Environment(TimeSpan? watchdog = null)
    {
        var environment = new Dictionary<string, string> { ["NOTIFY_SOCKET"] = _path };
        if (watchdog is { } timeout)
            environment["WATCHDOG_USEC"] = $"{(long)timeout.TotalMicroseconds}";
        return environment;
    }

    /// <summary>The assignments of the next datagram.</summary>
    public async Task<string[]> ReceiveAsync(string phase)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(Patience.Limit);
        try
        {
            var length = await _socket.ReceiveAsync(_datagram, deadline.Token);
            return Encoding.UTF8.GetString(_datagram, 0, length).Split('\n');
        }
        catch (OperationCanceledException) when (!TestContext.Current.CancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"Timed out after {Patience.Limit.TotalSeconds} s {phase}.");
        }
    }

    /// <summary>How many datagrams come in a time, besides those that are there already.</summary>
    public async Task<int> CountAsync(TimeSpan time)
    {
        while (_socket.Available > 0)
            await _socket.ReceiveAsync(_datagram, TestContext.Current.CancellationToken);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        end.CancelAfter(time);
        var count = 0;
        try
        {
            for (; ; count++)
                await _socket.ReceiveAsync(_datagram, end.Token);
        }
        catch (OperationCanceledException)
        {
            return count;
        }
    }

    public void Dispose() => _socket.Dispose();
}
