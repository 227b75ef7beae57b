using System.Net.Sockets;
using System.Text;

namespace InternalChat.Client.Tests.Harness;

/// <summary>The server's end of one connection, by hand.</summary>
internal sealed class FakePeer(Stream stream, Socket socket) : IDisposable
{
    private readonly StreamReader _reader = new(stream, new UTF8Encoding(false));

    /// <summary>The next line, or null at the end of the stream.</summary>
    internal async Task<string?> ReadLineAsync() => await _reader.ReadLineAsync(TestContext.Current.CancellationToken);

    internal async Task ExpectAsync(params string[] lines)
    {
        foreach (var line in lines)
            Assert.Equal(line, await ReadLineAsync());
    }

    internal Task SendAsync(params string[] lines) =>
        SendBytesAsync(Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + "\n"))));

    internal async Task SendBytesAsync(byte[] bytes)
    {
        await stream.WriteAsync(bytes, TestContext.Current.CancellationToken);
        await stream.FlushAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Ends the connection as a crashed machine's kernel would.</summary>
    internal void Reset()
    {
        socket.LingerState = new LingerOption(true, 0);
        socket.Dispose();
    }

    public void Dispose() => _reader.Dispose();
}
