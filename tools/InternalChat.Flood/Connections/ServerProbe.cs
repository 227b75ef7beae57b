using System.Security.Authentication;
using System.Text;
using InternalChat.Client;
using InternalChat.Protocol.Parsing;
using InternalChat.Protocol.Writing;

namespace InternalChat.Flood.Connections;

/// <summary>
/// Asks each server, before anything else, whether it is there and one: otherwise a load would find out as often as it has users, or wait
/// for an answer for ever.
/// </summary>
internal static class ServerProbe
{
    /// <summary>Asks on every route, one after the other; each connection has ended before the next begins.</summary>
    /// <param name="routes">Where the servers are.</param>
    /// <param name="patience">Longest time that the answer of each may take.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ChatException">One cannot be used. The message says which, and why as far as that is known.</exception>
    /// <exception cref="OperationCanceledException">The user ended it.</exception>
    internal static async Task AskAsync(IEnumerable<ChatServerAddress> routes, TimeSpan patience, CancellationToken cancellationToken)
    {
        foreach (var route in routes)
        {
            try
            {
                await AskAsync(route, patience, cancellationToken);
            }
            catch (ChatConnectionException exception) when (exception.InnerException is AuthenticationException)
            {
                if (await AnswersInTheClearAsync(route, patience, cancellationToken))
                    throw new ChatConnectionException($"{route} does not speak TLS: leave --tls away", exception);
                throw;
            }
        }
    }

    private static async Task AskAsync(ChatServerAddress route, TimeSpan patience, CancellationToken cancellationToken)
    {
        await using var connection = new FrameStream(await StreamConnector.ConnectAsync(route, cancellationToken));
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(patience);
        var answer = new Answer();
        try
        {
            ClientFrames.Hello(connection.Output, version: 1);
            ClientFrames.Quit(connection.Output);
            await connection.FlushAsync(deadline.Token);
            while (await connection.ReadAsync(answer, deadline.Token))
            {
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            if (!answer.HasArrived)
            {
                throw new ChatConnectionException(
                    $"{route} accepts connections, but has not answered HELLO within {patience.TotalSeconds} s");
            }
        }
        catch (ChatConnectionException)
        {
            // Whether it has answered is what counts, not how the connection ended.
        }
        catch (ChatProtocolException exception)
        {
            throw new ChatProtocolException($"{route}: {exception.Message}");
        }

        if (answer.Refusal is { } refusal)
            throw new ChatConnectionException($"{route} refuses connections: {refusal}");
        if (!answer.HasArrived)
        {
            throw new ChatConnectionException(
                $"{route} closed the connection without a word{(route.Tls is null ? ": if it speaks TLS, add --tls" : "")}");
        }
    }

    private static async Task<bool> AnswersInTheClearAsync(ChatServerAddress route, TimeSpan patience, CancellationToken cancellationToken)
    {
        try
        {
            await AskAsync(route with { Tls = null }, patience, cancellationToken);
            return true;
        }
        catch (ChatException)
        {
            return false;
        }
    }

    private sealed class Answer : IFrameReceiver
    {
        internal bool HasArrived { get; private set; }

        /// <summary>The server's own words; null where it did not refuse.</summary>
        internal string? Refusal { get; private set; }

        public bool OnFrame(in ServerFrame frame, ReadOnlySpan<byte> line)
        {
            if (!HasArrived && frame.Kind == ServerFrameKind.Error)
                Refusal = Encoding.UTF8.GetString(line);
            HasArrived = true;
            return true;
        }
    }
}
