using System.Net;
using System.Net.Sockets;
using System.Text;
using InternalChat.TestKit;
using InternalChat.TestKit.Sockets;

namespace InternalChat.EndToEnd.Tests.Hostile;

/// <summary>A connection of an attacker: as little of a client as an attack needs, so that many take little of the machine.</summary>
internal sealed class HostileClient : IDisposable
{
    private readonly Socket _socket;
    private readonly CancellationToken _stop;
    private readonly byte[] _buffer = new byte[16 * 1024];

    private HostileClient(Socket socket, CancellationToken stop)
    {
        _socket = socket;
        _stop = stop;
    }

    /// <summary>Connects to a listener for proxies and names the address that the attacker comes from.</summary>
    /// <param name="server">The listener.</param>
    /// <param name="from">The address in the PROXY header.</param>
    /// <param name="stop">Ends every wait of this connection.</param>
    /// <param name="receiveBufferBytes">SO_RCVBUF; null for the system's own.</param>
    public static async Task<HostileClient> ConnectAsync(
        IPEndPoint server, IPAddress from, CancellationToken stop, int? receiveBufferBytes = null)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            if (receiveBufferBytes is { } bytes)
                socket.ReceiveBufferSize = bytes;
            await socket.ConnectAsync(server, stop);
            var client = new HostileClient(socket, stop);
            await client.SendAsync(ProxyHeaders.Text(new IPEndPoint(from, 50_000), server));
            return client;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public Task SendAsync(string lines) => SendAsync(Encoding.UTF8.GetBytes(lines));

    /// <summary>Sends all of it, however long the server does not take it.</summary>
    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
            bytes = bytes[await _socket.SendAsync(bytes, _stop)..];
    }

    /// <summary>Whether the server let the user in. What it pushes behind its answer is thrown away.</summary>
    public async Task<bool> TryLogInAsync(string name)
    {
        await SendAsync(AuthLine(name));
        var filled = 0;
        while (_buffer.AsSpan(0, filled).IndexOf((byte)'\n') < 0)
        {
            var read = await _socket.ReceiveAsync(_buffer.AsMemory(filled), _stop);
            if (read == 0)
                return false;
            filled += read;
        }

        return _buffer.AsSpan(0, filled).StartsWith("OK "u8);
    }

    /// <summary>Sends commands, the last of them PING, and throws away what comes up to its answer; false at the end.</summary>
    public async Task<bool> AskAsync(ReadOnlyMemory<byte> commandsAndPing)
    {
        var sending = SendAsync(commandsAndPing);
        var isAnswered = await ReadThroughPongAsync();
        await sending;
        return isAnswered;
    }

    /// <summary>Throws away what comes, up to the connection's end.</summary>
    public async Task ReadToEndAsync()
    {
        while (await _socket.ReceiveAsync(_buffer, _stop) > 0)
        {
            // Nobody looks at it.
        }
    }

    /// <summary>Ends the connection in order, if everything was read.</summary>
    public void Close() => _socket.Close();

    /// <summary>Ends the connection with a reset, unless it has been closed.</summary>
    public void Dispose()
    {
        if (_socket.SafeHandle.IsClosed)
            return;
        _socket.LingerState = new LingerOption(true, 0);
        _socket.Close();
    }

    public static string AuthLine(string name) => $"AUTH {name} {UniqueName.PasswordOf(name)}\n";

    private async Task<bool> ReadThroughPongAsync()
    {
        var filled = 0;
        while (true)
        {
            var read = await _socket.ReceiveAsync(_buffer.AsMemory(filled), _stop);
            if (read == 0)
                return false;
            filled += read;
            if (_buffer.AsSpan(0, filled).IndexOf("PONG\n"u8) >= 0)
                return true;
            var kept = Math.Min(filled, "PONG\n"u8.Length - 1);
            _buffer.AsSpan(filled - kept, kept).CopyTo(_buffer);
            filled = kept;
        }
    }
}
