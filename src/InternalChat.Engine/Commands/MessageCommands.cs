using System.Threading.Channels;
using InternalChat.Engine.Diagnostics;
using InternalChat.Engine.Operations;
using InternalChat.Engine.Options;
using InternalChat.Engine.Sessions;
using InternalChat.Protocol;
using InternalChat.Protocol.Parsing;

namespace InternalChat.Engine.Commands;

/// <summary>MSG, READ, BLOCK and UNBLOCK: what needs no shared state is checked here, the rest by the writer.</summary>
internal sealed class MessageCommands(
    EngineOptions options, CurrentOptions current, OperationQueue queue, Replies replies, EngineMetrics metrics, TimeProvider time)
{
    public CommandStep Msg(Session session, in Command command)
    {
        if (!UserName.TryParse(command.First, out var target) || target == session.UserName)
            return Refuse(session, ErrorCode.InvalidTarget);
        if (command.Second.Length > WireLimits.MaxBodyBytes)
            return Refuse(session, ErrorCode.MessageTooLong);
        if (IsWindowFull(session))
            return CommandStep.WhenWindowOpens;
        if (!session.User.TryAcceptMessage(current.Live.RateLimit, time))
            return Refuse(session, ErrorCode.RateLimit);
        return Submit(session, new Operation
        {
            Kind = OperationKind.Message,
            Session = session,
            Target = target,
            Body = queue.CopyBody(command.Second),
            BodyLength = command.Second.Length,
        }, CommandStep.Done);
    }

    public CommandStep Read(Session session, in Command command)
    {
        if (IsWindowFull(session))
            return CommandStep.WhenWindowOpens;
        return Submit(session, new Operation { Kind = OperationKind.Read, Session = session, Number = command.Number }, CommandStep.Short);
    }

    public CommandStep Block(Session session, in Command command)
    {
        if (!UserName.TryParse(command.First, out var target) || target == session.UserName)
            return replies.Error(session, ErrorCode.InvalidTarget);
        if (IsWindowFull(session))
            return CommandStep.WhenWindowOpens;
        return Submit(session, new Operation { Kind = OperationKind.Block, Session = session, Target = target }, CommandStep.Short);
    }

    public CommandStep Unblock(Session session, in Command command)
    {
        if (!UserName.TryParse(command.First, out var target))
            return replies.Error(session, ErrorCode.InvalidTarget);
        if (IsWindowFull(session))
            return CommandStep.WhenWindowOpens;
        return Submit(session, new Operation { Kind = OperationKind.Unblock, Session = session, Target = target }, CommandStep.Short);
    }

    private CommandStep Refuse(Session session, ErrorCode code)
    {
        var step = replies.Error(session, code);
        // Otherwise the line is looked at again.
        if (step.IsConsumed)
            metrics.MessageRefused(code);
        return step;
    }

    private bool IsWindowFull(Session session) => session.InFlight?.Count >= options.MaxInFlightPerConnection;

    private CommandStep Submit(Session session, in Operation operation, CommandStep submitted)
    {
        session.InFlight ??= new InFlightOperations();
        session.InFlight.Add();
        return queue.TrySubmit(operation) ? submitted : CommandStep.After(SubmitWhenThereIsRoomAsync(operation));
    }

    private async Task SubmitWhenThereIsRoomAsync(Operation operation)
    {
        try
        {
            await queue.SubmitAsync(operation);
        }
        catch (ChannelClosedException)
        {
            // The writer will never see it, and the closing connection must not wait for that.
            operation.Session.InFlight!.Done();
            throw;
        }
    }
}
