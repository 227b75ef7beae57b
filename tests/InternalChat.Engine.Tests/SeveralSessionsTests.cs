using System.IO.Pipelines;
using System.Text;
using InternalChat.Engine.Connections;
using InternalChat.Engine.Delivery;
using InternalChat.Engine.Diagnostics;
using InternalChat.Engine.Operations;
using InternalChat.Engine.Options;
using InternalChat.Engine.Presence;
using InternalChat.Engine.Reading;
using InternalChat.Engine.Sessions;
using InternalChat.Engine.Tests.Harness;
using InternalChat.Protocol;
using Microsoft.Extensions.Time.Testing;

namespace InternalChat.Engine.Tests;

/// <summary>
/// What reaches a user reaches all sessions of it, however many there may be. The policy lets in one, so these are brought online here.
/// </summary>
public sealed class SeveralSessionsTests : IDisposable
{
    private const long Alice = 1;
    private const long Bob = 2;

    private readonly FakeTimeProvider _time = new();
    private readonly CapturingLogger _logger = new();
    private readonly ReaderThreads _readers = new();
    private readonly OperationQueue _queue = new(16);
    private readonly SessionRegistry _registry;
    private readonly PresenceBroadcaster _presence;
    private readonly UnflushedSessions _unflushed;
    private readonly MailboxDelivery _mailboxes;

    public SeveralSessionsTests()
    {
        var current = new CurrentOptions(TestServer.QuietLive);
        _registry = new SessionRegistry(current, _time);
        _unflushed = new UnflushedSessions(_logger);
        _presence = new PresenceBroadcaster(
            TestServer.Quiet, current, _registry, new PresenceRule(_registry, _readers), _time, _logger);
        // Nothing here asks the log.
        _mailboxes = new MailboxDelivery(
            null!, _registry, new CatchUp(_readers, _queue, _logger), _presence, _unflushed, new EngineMetrics());
    }

    [Fact]
    public void A_message_goes_to_every_session_that_is_live_and_to_no_other()
    {
        var (sender, _) = Online(Alice, "alice");
        var (first, toFirst) = Online(Bob, "bob");
        var (second, toSecond) = Online(Bob, "bob");
        var (closing, toClosing) = Online(Bob, "bob");
        var (_, toCatchingUp) = Online(Bob, "bob", isLive: false);
        closing.RequestClose(CloseReason.Quit);
        Assert.True(Push(sender, id: 7));
        Assert.Equal("FROM 7 alice 0 hi\n", Sent(toFirst));
        Assert.Equal("FROM 7 alice 0 hi\n", Sent(toSecond));
        Assert.Empty(Sent(toClosing));
        Assert.Empty(Sent(toCatchingUp));
        Assert.Equal((1, 1), (first.MessagesReceived, second.MessagesReceived));
    }

    [Fact]
    public void A_message_that_no_session_could_be_given_is_not_delivered()
    {
        var (sender, _) = Online(Alice, "alice");
        Online(Bob, "bob", isLive: false);
        Online(Bob, "bob").Session.RequestClose(CloseReason.Quit);
        Assert.False(Push(sender, id: 7));
    }

    [Fact]
    public void A_session_that_cannot_be_written_to_costs_only_itself()
    {
        var (sender, _) = Online(Alice, "alice");
        var (_, toFirst) = Online(Bob, "bob");
        var (broken, toBroken) = Online(Bob, "bob");
        var (_, toLast) = Online(Bob, "bob");
        // A pipe that is completed on this side throws.
        toBroken.Writer.Complete();
        Assert.True(Push(sender, id: 7));
        Assert.True(broken.IsClosing);
        Assert.Equal("FROM 7 alice 0 hi\n", Sent(toFirst));
        Assert.Equal("FROM 7 alice 0 hi\n", Sent(toLast));
        Assert.NotEmpty(_logger.Errors);
    }

    [Fact]
    public void A_receipt_goes_to_every_session_of_the_sender()
    {
        var (_, toFirst) = Online(Alice, "alice");
        var (_, toSecond) = Online(Alice, "alice");
        var (recipient, _) = Online(Bob, "bob");
        var chunk = new HandedOverChunk();
        chunk.Add(Alice, 7);
        _mailboxes.HandedOver(recipient, chunk);
        Assert.Equal("DELIVERED 7\n", Sent(toFirst));
        Assert.Equal("DELIVERED 7\n", Sent(toSecond));
    }

    [Fact]
    public void What_a_catch_up_hands_over_makes_only_a_session_live_that_is_still_there()
    {
        var (ended, _) = Online(Bob, "bob", isLive: false);
        var (other, _) = Online(Bob, "bob", isLive: false);
        _registry.SetOffline(ended);
        _mailboxes.HandedOver(ended, new HandedOverChunk { ReachedEnd = 7 });
        Assert.Equal(DeliveryMode.CatchingUp, ended.Delivery!.Mode);
        Assert.Equal(DeliveryMode.CatchingUp, other.Delivery!.Mode);
        Assert.False(other.User.IsAnnounced);
    }

    public void Dispose()
    {
        _presence.Dispose();
        _readers.Dispose();
        _queue.Dispose();
    }

    private (Session Session, Pipe Output) Online(long accountId, string name, bool isLive = true)
    {
        var output = new Pipe();
        var session = Idle.Session(output.Writer);
        Idle.LogIn(session, _registry.UserOf(accountId, UserName.Parse(name)));
        _registry.SetOnline(session);
        if (isLive)
            _mailboxes.Open(session, default);
        return (session, output);
    }

    private bool Push(Session sender, long id) => _mailboxes.TryPush(
        new Operation { Kind = OperationKind.Message, Session = sender, Body = "hi"u8.ToArray(), BodyLength = 2 },
        new Outcome(OutcomeKind.Appended, id, Bob),
        now: 0);

    private string Sent(Pipe output)
    {
        _unflushed.Flush();
        return output.Reader.TryRead(out var result) ? Encoding.UTF8.GetString(result.Buffer) : "";
    }
}
