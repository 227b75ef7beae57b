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

    private readonly Socket? _socket;

    private ServiceManager(Socket? socket) => _socket = socket;

    /// <summary>The one that the environment names.</summary>
    public static ServiceManager FromEnvironment()
    {
        if (Environment.GetEnvironmentVariable(SocketVariable) is not { Length: > 1 } path || path[0] is not ('/' or '@'))
            return new ServiceManager(null);
        var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        try
        {
            // @ stands for the zero byte of an address without a file.
            socket.Connect(new UnixDomainSocketEndPoint(path[0] == '@' ? '\0' + path[1..] : path));
            return new ServiceManager(socket);
        }
        catch (SocketException)
        {
            socket.Dispose();
            return new ServiceManager(null);
        }
    }

    /// <summary>The server accepts connections, or has finished reading its settings again.</summary>
    public void Ready(string status) => Send($"READY=1\nSTATUS={status}");

    /// <summary>The settings are about to be read again; <see cref="Ready"/> follows.</summary>
    public void Reloading()
    {
        // In the kernel's monotonic clock, which is the one of Stopwatch here.
        var now = (long)Stopwatch.GetElapsedTime(0).TotalMicroseconds;
        Send(string.Create(CultureInfo.InvariantCulture, $"RELOADING=1\nMONOTONIC_USEC={now}"));
    }

    public void Stopping() => Send("STOPPING=1");

    /// <summary>The server is alive.</summary>
    public void Alive(string status) => Send($"WATCHDOG=1\nSTATUS={status}");

    public void Dispose() => _socket?.Dispose();

    private void Send(string state)
    {
        try
        {
            _socket?.Send(Encoding.UTF8.GetBytes(state));
        }
        catch (SocketException)
        {
            // Its socket is full or gone.
        }
    }
}
