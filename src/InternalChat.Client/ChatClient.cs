using System.Runtime.CompilerServices;
using System.Text;
using System.Threading.Channels;
using InternalChat.Protocol;
using InternalChat.Protocol.Parsing;

namespace InternalChat.Client;

/// <summary>
/// A chat client over one connection: each command is a method that returns when the server has answered it, and everything the
/// server says unasked comes through <see cref="ReadEventsAsync"/>.
/// </summary>
/// <remarks>
/// <para>All methods may be called from any thread and at the same time: commands are pipelined and answered in the order of the
/// calls. Every one throws <see cref="ChatConnectionException"/> where the connection is gone before the answer,
/// <see cref="ChatProtocolException"/> where the peer turned out not to speak the protocol, <see cref="OperationCanceledException"/>
/// where the caller gave up (a command that was already sent is carried out all the same), and <see cref="ArgumentException"/> for an
/// argument that cannot be put on a line.</para>
/// <para>Events are held in a bounded queue. While it is full nothing is read from the socket, answers neither: whoever uses this
/// class reads the events.</para>
/// </remarks>
public sealed class ChatClient : IAsyncDisposable
{
    /// <summary>Events that are held for a slow reader before the socket is no longer read.</summary>
    public const int DefaultEventCapacity = 1_024;

    private const int CommandCapacity = 256;

    private readonly Channel<PendingCommand> _commands = Channel.CreateBounded<PendingCommand>(
        new BoundedChannelOptions(CommandCapacity) { SingleReader = true });

    private readonly ClientLoops _loops;

    /// <summary>Speaks over a connection, and owns it from now on.</summary>
    /// <param name="connection">A connection on which nothing has been sent or received.</param>
    /// <param name="eventCapacity">How many events are held before the socket is no longer read; at least 1.</param>
    public ChatClient(ChatConnection connection, int eventCapacity = DefaultEventCapacity)
    {
        _loops = new ClientLoops(connection, _commands, eventCapacity);
    }

    /// <summary>Connects to a server.</summary>
    /// <exception cref="ChatConnectionException">It cannot be reached, or its certificate is not accepted.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    public static async Task<ChatClient> ConnectAsync(ChatServerAddress address, CancellationToken cancellationToken = default) =>
        new(await ChatConnection.ConnectAsync(address, cancellationToken).ConfigureAwait(false));

    /// <summary>
    /// What the server says unasked, in its order, for one reader. The last event is <see cref="Disconnected"/>; then it ends. Ends
    /// without one where the client is disposed of while the queue is full.
    /// </summary>
    public async IAsyncEnumerable<ServerEvent> ReadEventsAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var happened in _loops.Events.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            yield return happened;
    }

    /// <summary>Says which version of the protocol this client speaks. Optional.</summary>
    /// <exception cref="CommandRejectedException">The server speaks another one.</exception>
    public Task HelloAsync(CancellationToken cancellationToken = default) =>
        ExecuteAsync(new SimpleCommand(ServerFrameKind.Ok) { Line = CommandLines.Hello }, cancellationToken);

    /// <summary>Logs in, and creates the account where the name is new.</summary>
    /// <exception cref="CommandRejectedException">
    /// The server does not let this user in; <see cref="CommandRejectedException.Code"/> says why.
    /// </exception>
    public Task<AuthenticationOutcome> AuthenticateAsync(UserName user, string password, CancellationToken cancellationToken = default) =>
        ExecuteAsync(new AuthenticateCommand { Line = CommandLines.Authenticate(user, password) }, cancellationToken);

    /// <summary>Sends a message. A refusal is a result, not an exception.</summary>
    /// <param name="to">The recipient.</param>
    /// <param name="body">The text: not empty, no line end. The server accepts up to 4,096 bytes of UTF-8.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    public Task<SendResult> SendAsync(UserName to, string body, CancellationToken cancellationToken = default) =>
        ExecuteAsync(new SendCommand { Line = CommandLines.Message(to, body) }, cancellationToken);

    /// <summary>The last messages between this user and another, oldest first, both directions.</summary>
    /// <param name="with">The other user.</param>
    /// <param name="limit">How many at most; the server clamps it to 1 to 200.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <exception cref="CommandRejectedException">There is no such user.</exception>
    public Task<IReadOnlyList<ChatMessage>> GetHistoryAsync(
        UserName with, int limit = WireLimits.DefaultHistory, CancellationToken cancellationToken = default) =>
        ExecuteAsync(new HistoryCommand { Line = CommandLines.History(with, limit) }, cancellationToken);

    /// <summary>Who is online and who has an account.</summary>
    /// <exception cref="CommandRejectedException">Not authenticated.</exception>
    public Task<UserList> ListAsync(CancellationToken cancellationToken = default) =>
        ExecuteAsync(new ListCommand { Line = CommandLines.List }, cancellationToken);

    /// <summary>Tells the sender of a message that it was read.</summary>
    /// <exception cref="CommandRejectedException">There is no such message, or it is not for this user.</exception>
    public Task MarkReadAsync(long messageId, CancellationToken cancellationToken = default) =>
        ExecuteAsync(new SimpleCommand(ServerFrameKind.OkRead) { Line = CommandLines.Read(messageId) }, cancellationToken);

    /// <summary>Refuses future messages of a user.</summary>
    /// <exception cref="CommandRejectedException">There is no such user, or it is oneself.</exception>
    public Task BlockAsync(UserName user, CancellationToken cancellationToken = default) =>
        ExecuteAsync(new SimpleCommand(ServerFrameKind.Ok) { Line = CommandLines.Block(user) }, cancellationToken);

    /// <summary>Takes messages of a user again.</summary>
    /// <exception cref="CommandRejectedException">Not authenticated.</exception>
    public Task UnblockAsync(UserName user, CancellationToken cancellationToken = default) =>
        ExecuteAsync(new SimpleCommand(ServerFrameKind.Ok) { Line = CommandLines.Unblock(user) }, cancellationToken);

    /// <summary>Asks whether the server is there. When it has answered, so has every command before.</summary>
    /// <exception cref="CommandRejectedException">Not authenticated.</exception>
    public Task PingAsync(CancellationToken cancellationToken = default) =>
        ExecuteAsync(new SimpleCommand(ServerFrameKind.Pong) { Line = CommandLines.Ping }, cancellationToken);

    /// <summary>
    /// Says goodbye, after all earlier commands are answered. The server then closes; <see cref="Disconnected"/> follows.
    /// </summary>
    public Task QuitAsync(CancellationToken cancellationToken = default)
    {
        _loops.ExpectQuit();
        return ExecuteAsync(new SimpleCommand(ServerFrameKind.Ok) { Line = CommandLines.Quit }, cancellationToken);
    }

    /// <summary>Sends a line as it is and returns the lines of the answer as they are, an error too.</summary>
    /// <param name="line">The line without its end. It need not be a command that this version knows.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    public Task<IReadOnlyList<string>> ExecuteRawAsync(string line, CancellationToken cancellationToken = default)
    {
        var bytes = CommandLines.Raw(line);
        if (bytes.Length - 1 > WireLimits.MaxClientLineBytes)
            throw new ArgumentException($"a line has at most {WireLimits.MaxClientLineBytes} bytes", nameof(line));
        CommandParser.Parse(Encoding.UTF8.GetBytes(line), out var command);
        if (command.Verb == CommandVerb.Quit)
            _loops.ExpectQuit();
        return ExecuteAsync(new RawCommand(command.Verb) { Line = bytes }, cancellationToken);
    }

    /// <summary>Closes the connection at once. Commands that wait for an answer fail.</summary>
    public ValueTask DisposeAsync() => _loops.DisposeAsync();

    private async Task<T> ExecuteAsync<T>(PendingCommand<T> command, CancellationToken cancellationToken)
    {
        try
        {
            await _commands.Writer.WriteAsync(command, cancellationToken).ConfigureAwait(false);
        }
        catch (ChannelClosedException exception)
        {
            throw exception.InnerException is ChatProtocolException violation
                ? new ChatProtocolException(violation.Message)
                : new ChatConnectionException(exception.InnerException?.Message ?? "the connection has ended", exception.InnerException);
        }

        return await command.WaitAsync(cancellationToken).ConfigureAwait(false);
    }
}
