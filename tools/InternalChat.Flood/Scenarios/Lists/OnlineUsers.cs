using System.Text;
using InternalChat.Client;
using InternalChat.Flood.Connections;
using InternalChat.Flood.Running;
using InternalChat.Protocol.Parsing;
using InternalChat.Protocol.Writing;

namespace InternalChat.Flood.Scenarios.Lists;

/// <summary>Asks once who is online. One thread at a time.</summary>
internal sealed class OnlineUsers : IConnectionHandler
{
    private readonly LoadConnection _connection;
    private readonly byte[] _prefix;
    private bool _isAsked;
    private bool _isAnswered;
    private int _count;

    private OnlineUsers(LoadConnection connection, string prefix)
    {
        _connection = connection;
        _prefix = Encoding.ASCII.GetBytes(prefix);
    }

    /// <summary>Counts those whose names begin so. Where that fails the run has an error.</summary>
    internal static async Task<int> CountAsync(string prefix, LoadRun run, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await run.Connections.OpenAsync(
                $"{run.Target.AccountsPrefix}-q-00001", dueAt: null, cancellationToken);
            var users = new OnlineUsers(connection, prefix);
            await connection.RunAsync(users);
            if (!users._isAnswered)
                run.LoseConnection("the server did not say who is online");
            return users._count;
        }
        catch (ChatException exception)
        {
            run.LoseConnection(exception.Message);
        }
        catch (OperationCanceledException)
        {
            run.Errors.Add("nobody could ask in time who is online");
        }

        return 0;
    }

    public bool OnDrained()
    {
        if (_isAsked)
            return false;
        _isAsked = true;
        ClientFrames.List(_connection.Output);
        ClientFrames.Quit(_connection.Output);
        return true;
    }

    public bool OnFrame(in ServerFrame frame, ReadOnlySpan<byte> line)
    {
        _isAnswered |= frame.Kind == ServerFrameKind.Known;
        if (frame.Kind != ServerFrameKind.Online)
            return true;
        foreach (var name in frame.Text.Split(", "u8))
            _count += frame.Text[name].StartsWith(_prefix) ? 1 : 0;
        return true;
    }
}
