using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace InternalChat.Server.Systemd;

/// <summary>
/// Tells the service manager that started this program how it is: systemd's notification protocol, datagrams on the Unix socket that
/// <c>NOTIFY_SOCKET</c> names. Says nothing where there is none. What cannot be sent is lost: the server does not depend on who
/// watches it. Thread-safe.
/// </summary>
internal sealed class ServiceManager : IDisposable
{
    private const string SocketVariable = "NOTIFY_SOCKET";

    // What must arrive waits so long for one that is busy; what comes again does not.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly Socket? _socket;
    private volatile string? _readyStatus;

    private ServiceManager(Socket? socket) => _socket = socket;

    /// <summary>The one that the environment names.</summary>
    public static ServiceManager FromEnvironment() => At(Environment.GetEnvironmentVariable(SocketVariable));

    /// <summary>The one at an address.</summary>
    /// <param name="address">A path, or <c>@</c> and a name; anything else stands for none.</param>
    public static ServiceManager At(string? address)
    {
        if (address is not { Length: > 1 } path || path[0] is not ('/' or '@'))
            return new ServiceManager(null);
        var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        try
        {
            // @ stands for the zero byte of an address without a file.
            socket.Connect(new UnixDomainSocketEndPoint(path[0] == '@' ? '\0' + path[1..] : path));
            // One that is stuck must not hold up the server, nor its end.
            socket.Blocking = false;
            return new ServiceManager(socket);
        }
        catch (SocketException)
        {
            socket.Dispose();
            return new ServiceManager(null);
        }
    }

    /// <summary>The server accepts connections.</summary>
    public void Ready(string status)
    {
        _readyStatus = status;
        SendReady(status);
    }

    /// <summary>
    /// The settings are about to be read again; <see cref="Reloaded"/> follows. Says nothing of a server that is not yet ready.
    /// </summary>
    public void Reloading()
    {
        if (_readyStatus is null)
            return;
        // In the kernel's monotonic clock, which is the one of Stopwatch here.
        var now = (long)Stopwatch.GetElapsedTime(0).TotalMicroseconds;
        Send(string.Create(CultureInfo.InvariantCulture, $"RELOADING=1\nMONOTONIC_USEC={now}"));
    }

    /// <summary>The settings have been read again.</summary>
    public void Reloaded()
    {
        if (_readyStatus is { } status)
            SendReady(status);
    }

    public void Stopping() => Send("STOPPING=1");

    /// <summary>The server is alive.</summary>
    public void Alive(string status) => Send($"WATCHDOG=1\nSTATUS={status}", TimeSpan.Zero);

    public void Dispose() => _socket?.Dispose();

    private void SendReady(string status) => Send($"READY=1\nSTATUS={status}");

    private void Send(string state) => Send(state, Patience);

    private void Send(string state, TimeSpan patience)
    {
        try
        {
            if (_socket?.Poll(patience, SelectMode.SelectWrite) is true)
                _socket.Send(Encoding.UTF8.GetBytes(state));
        }
        catch (SocketException)
        {
            // Its socket is full or gone.
        }
    }
}
