using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace InternalChat.TestKit.Sockets;

/// <summary>
/// A client made of a socket and nothing of the product. It reads only when asked to, so a test decides who is slow.
/// One reader and one writer at a time. Every wait names its phase, which a timeout repeats.
/// </summary>
public sealed class RawClient : IAsyncDisposable
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly Socket _socket;
    private readonly Stream _stream;
    private readonly RawClientOptions _options;
    private readonly FrameQueue _frames = new();
    private readonly byte[] _buffer = new byte[32 * 1024];
    private int _start;
    private int _end;
    private bool _ended;
    private bool _wasReset;

    private RawClient(Socket socket, Stream stream, RawClientOptions options)
    {
        _socket = socket;
        _stream = stream;
        _options = options;
    }

    /// <summary>How long any one wait may take.</summary>
    public TimeSpan Timeout { get; set; } = Patience.Limit;

    /// <summary>The user of the last successful login; empty before.</summary>
    public string Name { get; private set; } = "";

    /// <summary>
    /// The highest id that was given before this connection. What this user had queued before may be reported DELIVERED here,
    /// and only by its id can such a report be told from the answer to a MSG.
    /// </summary>
    public long LastEarlierId
    {
        get => _frames.LastEarlierId;
        set => _frames.LastEarlierId = value;
    }

    public static async Task<RawClient> ConnectAsync(EndPoint server, RawClientOptions? options = null)
    {
        options ??= new RawClientOptions();
        var socket = options.CreateSocket?.Invoke() ?? NewSocket(server);
        using var deadline = new CancellationTokenSource(Patience.Limit);
        try
        {
            if (server is IPEndPoint)
                socket.NoDelay = true;
            if (options.ReceiveBufferBytes is { } bytes)
                socket.ReceiveBufferSize = bytes;
            if (options.LocalAddress is { } address)
                socket.Bind(new IPEndPoint(address, 0));
            await socket.ConnectAsync(server, deadline.Token);
            Stream stream = new NetworkStream(socket, ownsSocket: true);
            await stream.WriteAsync(options.Preamble, deadline.Token);
            if (options.Tls is { } tls)
            {
                var secure = new SslStream(stream);
                await secure.AuthenticateAsClientAsync(tls, deadline.Token);
                stream = secure;
            }

            return new RawClient(socket, stream, options);
        }
        catch (OperationCanceledException)
        {
            socket.Dispose();
            throw new TimeoutException($"Timed out after {Patience.Limit.TotalSeconds} s connecting to {server}.");
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Sends the lines in one write, each ended by a line feed.</summary>
    public Task SendAsync(params IEnumerable<string> lines)
    {
        var text = new StringBuilder();
        foreach (var line in lines)
        {
            _options.Secrets?.RecordLine(line);
            text.Append(line).Append('\n');
        }

        return SendRawAsync(Encoding.UTF8.GetBytes(text.ToString()));
    }

    /// <summary>Sends exactly these bytes.</summary>
    public async Task SendRawAsync(ReadOnlyMemory<byte> bytes)
    {
        using var deadline = new CancellationTokenSource(Timeout);
        try
        {
            await _stream.WriteAsync(bytes, deadline.Token);
            await _stream.FlushAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            throw TimedOut($"sending {bytes.Length} bytes");
        }
    }

    /// <summary>Tells the server that nothing more will come; replies can still be read.</summary>
    public void ShutdownSend() => _socket.Shutdown(SocketShutdown.Send);

    /// <summary>Ends the connection with a reset instead of an orderly close.</summary>
    public void Reset()
    {
        _socket.LingerState = new LingerOption(true, 0);
        _socket.Close();
    }

    /// <summary>The next frame of any kind, in the order of arrival.</summary>
    public Task<string> ReadLineAsync(string phase) => TakeAsync(_frames.TakeAny, phase);

    /// <summary>The next reply; pushes that arrive before it wait for <see cref="ReadPushAsync"/>.</summary>
    public Task<string> ReadReplyAsync(string phase) => TakeAsync(_frames.TakeReply, phase);

    /// <summary>The first push that begins so; everything else goes on waiting.</summary>
    public Task<string> ReadPushAsync(string beginning, string? phase = null) =>
        TakeAsync(() => TakeArrivedPush(beginning), phase ?? $"waiting for the push '{beginning}…'");

    /// <summary>The push that begins so if it has already been read from the socket, else null.</summary>
    public string? TakeArrivedPush(string beginning) =>
        _frames.TakePush(line => line.StartsWith(beginning, StringComparison.Ordinal));

    /// <summary>Sends one command and returns its reply.</summary>
    public async Task<string> AskAsync(string command)
    {
        await SendAsync(command);
        return await ReadReplyAsync($"waiting for the reply to '{Shorten(command)}'");
    }

    /// <summary>Registers the user or logs it in, with the password that belongs to the name.</summary>
    public async Task<string> LoginAsync(string name, string? password = null)
    {
        var reply = await AskAsync($"AUTH {name} {password ?? UniqueName.PasswordOf(name)}");
        if (reply is not ("OK registered" or "OK authenticated"))
            throw new InvalidOperationException($"Login of {name} was answered '{reply}'.");
        Name = name;
        return reply;
    }

    /// <summary>
    /// Reads to the end of the connection. A reply on the way is an error, and so is half a line, and a reset, which may overtake what was
    /// sent before it.
    /// </summary>
    public async Task ExpectClosedAsync(string phase = "waiting for the server to close")
    {
        while (await ReadToFrameAsync(phase))
        {
            if (_frames.TakeReply() is { } reply)
                throw new InvalidOperationException($"Expected the server to close, but it sent '{reply}' while {phase}.");
        }

        if (_end > _start)
            throw new ContractViolationException($"The connection ended inside a line, while {phase}.");
        if (_wasReset)
            throw new ContractViolationException($"The connection was ended by a reset, while {phase}.");
    }

    public ValueTask DisposeAsync() => _stream.DisposeAsync();

    private static Socket NewSocket(EndPoint server) =>
        new(server.AddressFamily, SocketType.Stream, server is IPEndPoint ? ProtocolType.Tcp : ProtocolType.Unspecified);

    private async Task<string> TakeAsync(Func<string?> take, string phase)
    {
        var frame = take();
        while (frame is null)
        {
            if (!await ReadToFrameAsync(phase))
                throw new EndOfStreamException($"The server closed the connection while {phase}. {Circumstances()}");
            frame = take();
        }

        return frame;
    }

    private async Task<bool> ReadToFrameAsync(string phase)
    {
        if (TryCutLine())
            return true;
        using var deadline = new CancellationTokenSource(Timeout);
        while (!_ended)
        {
            MakeRoom();
            int read;
            try
            {
                read = await _stream.ReadAsync(_buffer.AsMemory(_end), deadline.Token);
            }
            catch (OperationCanceledException)
            {
                throw TimedOut(phase);
            }
            catch (IOException failure) when (failure.InnerException is SocketException)
            {
                read = 0;
                _wasReset = true;
            }

            _end += read;
            _ended = read == 0;
            if (TryCutLine())
                return true;
        }

        return false;
    }

    private bool TryCutLine()
    {
        var length = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
        if (length < 0)
            return false;
        if (length > ServerFrame.LongestLineBytes)
            throw new ContractViolationException($"The server sent a line of {length} bytes.");
        var line = StrictUtf8.GetString(_buffer, _start, length);
        _start += length + 1;
        _frames.Add(line);
        return true;
    }

    private void MakeRoom()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        if (_end == _buffer.Length)
            throw new ContractViolationException($"The server sent {_end} bytes without a line feed.");
    }

    private TimeoutException TimedOut(string phase) =>
        new($"Timed out after {Timeout.TotalSeconds} s while {phase}. {Circumstances()}");

    private string Circumstances() =>
        $"User: {(Name.Length > 0 ? Name : "none")}. Unread frames: {_frames.Describe()}"
        + (_options.ServerOutput is { } output ? $"\nThe server printed:\n{output()}" : "");

    private static string Shorten(string text) => text.Length <= 80 ? text : text[..80] + "…";
}
