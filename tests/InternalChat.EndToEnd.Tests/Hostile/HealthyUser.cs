using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using InternalChat.TestKit;
using InternalChat.TestKit.Sockets;

namespace InternalChat.EndToEnd.Tests.Hostile;

/// <summary>A user who sends a command and waits for what the protocol promises, with a blocking socket.</summary>
internal sealed class HealthyUser : IDisposable
{
    private readonly TcpClient _connection = new() { NoDelay = true, ReceiveTimeout = Patience.Milliseconds };
    private readonly StreamReader _lines;
    private readonly HashSet<long> _queued = [];

    public HealthyUser(IPEndPoint server, IPAddress network, string name)
    {
        Name = name;
        _connection.Connect(server);
        _connection.Client.Send(ProxyHeaders.Text(new IPEndPoint(network, 50_000), server));
        _lines = new StreamReader(_connection.GetStream(), Encoding.UTF8, detectEncodingFromByteOrderMarks: false, bufferSize: 64 * 1024);
        ExpectReply($"AUTH {name} {UniqueName.PasswordOf(name)}", "OK authenticated");
    }

    public string Name { get; }

    public void Send(string line) => _connection.Client.Send(Encoding.UTF8.GetBytes(line + "\n"));

    public void ExpectReply(string command, string reply)
    {
        Send(command);
        Assert.Equal(reply, Next());
    }

    /// <summary>The next line that is about neither somebody's coming or going nor the delivery of what was queued.</summary>
    public string Next()
    {
        while (true)
        {
            var line = _lines.ReadLine() ?? throw new EndOfStreamException($"The server closed the connection of {Name}.");
            if (!line.StartsWith("INFO user_", StringComparison.Ordinal) && !IsLateReceipt(line))
                return line;
        }
    }

    /// <summary>The message that was sent last is on disk.</summary>
    public void ExpectAcknowledged()
    {
        var reply = Next();
        if (ServerFrame.IsQueued(reply))
            _queued.Add(ServerFrame.IdOf(reply));
        else
            Assert.True(ServerFrame.IsDelivered(reply), $"MSG was answered '{reply}'.");
    }

    public void ExpectHistory(string with, int limit)
    {
        Send(string.Create(CultureInfo.InvariantCulture, $"HISTORY {with} {limit}"));
        Assert.Equal(string.Create(CultureInfo.InvariantCulture, $"INFO history_count {limit}"), Next());
        for (var line = 0; line < limit; line++)
            Assert.StartsWith("INFO history ", Next(), StringComparison.Ordinal);
    }

    /// <summary>LIST, and what follows it, which tells where the list ends.</summary>
    public void ExpectLists()
    {
        Send("LIST\nPING");
        string line;
        while ((line = Next()) != "PONG")
            Assert.Contains(line.Split(": ")[0], (string[])["INFO online", "INFO known"]);
    }

    public void Dispose()
    {
        _lines.Dispose();
        _connection.Dispose();
    }

    private bool IsLateReceipt(string line) => ServerFrame.IsDelivered(line) && _queued.Remove(ServerFrame.IdOf(line));
}
