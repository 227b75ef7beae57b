using System.Text;
using InternalChat.Client;
using InternalChat.Flood.Options;
using InternalChat.Protocol;
using InternalChat.Protocol.Parsing;
using InternalChat.Protocol.Writing;

namespace InternalChat.Flood.Scenarios;

/// <summary>From an account's name to a connection that has authenticated, with patience where the server asks for it.</summary>
internal static class Login
{
    // Hashing passwords is the server's bottleneck: more at a time only waits there.
    private const int AtATime = 16;
    private const int Attempts = 50;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    internal static async Task<ChatConnection[]> AllAsync(Target target, IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        var connections = new ChatConnection[names.Count];
        var limits = new ParallelOptions { MaxDegreeOfParallelism = AtATime, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, names.Count, limits, async (i, token) => connections[i] = await OneAsync(target, names[i], token));
        return connections;
    }

    private static async Task<ChatConnection> OneAsync(Target target, string name, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var connection = await ChatConnection.ConnectAsync(target.Address, cancellationToken);
            ClientFrames.Auth(connection.Output, Encoding.UTF8.GetBytes(name), Encoding.UTF8.GetBytes(target.Password));
            await connection.FlushAsync(cancellationToken);
            var reply = new ReplyReceiver();
            while (!reply.HasArrived && await connection.ReadAsync(reply, cancellationToken))
            {
            }

            if (reply.IsSuccess)
                return connection;
            await connection.DisposeAsync();
            if (reply.Error is not (ErrorCode.Busy or ErrorCode.AlreadyConnected) || attempt == Attempts)
                throw new LoginException($"{name} cannot log in: {reply.Text ?? "the server closed the connection"}");
            await Task.Delay(Pause, cancellationToken);
        }
    }

    /// <summary>Stops at the reply to AUTH, so that what follows is for the scenario.</summary>
    private sealed class ReplyReceiver : IFrameReceiver
    {
        internal bool HasArrived { get; private set; }

        internal bool IsSuccess { get; private set; }

        internal ErrorCode Error { get; private set; }

        internal string? Text { get; private set; }

        public bool OnFrame(in ServerFrame frame, ReadOnlySpan<byte> line)
        {
            if (frame.Kind is not (ServerFrameKind.Ok or ServerFrameKind.Error))
                return true;
            HasArrived = true;
            IsSuccess = frame.Kind == ServerFrameKind.Ok;
            Error = frame.Error;
            Text = Encoding.UTF8.GetString(line);
            return false;
        }
    }
}

/// <summary>An account of the load cannot be used.</summary>
internal sealed class LoginException(string message) : ChatException(message);
