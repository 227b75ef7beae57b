using InternalChat.Simulation.Tests.Clients;

namespace InternalChat.Simulation.Tests.Rules;

/// <summary>
/// A sender who is online hears once that its message was read, after that was stored, unless the reader blocks it. Only the recipient
/// reads a message.
/// </summary>
internal sealed class ReadReceiptsComeOnce(ISimulation simulation, BlocksHold blocks) : Rule(simulation)
{
    private readonly Dictionary<long, List<ReadCommand>> _reads = [];
    private readonly HashSet<long> _told = [];

    protected override string Name => "READ receipts come once, for what was read";

    public override void Sent(Conversation conversation, Command command)
    {
        if (command is not ReadCommand read)
            return;
        if (!_reads.TryGetValue(read.Id, out var reads))
            _reads[read.Id] = reads = [];
        reads.Add(read);
    }

    public override void Answered(Conversation conversation, Command command)
    {
        if (command is ReadCommand read)
            Judge(read);
        else if (command is SimpleCommand { Line: "PING" } && conversation.IsLoggedIn)
            CheckReceiptsBefore(conversation, command);
    }

    public override void Pushed(Conversation conversation, Frame frame)
    {
        if (!frame.IsReceipt)
            return;
        var id = frame.Id;
        if (!_told.Add(id))
            Fail($"{conversation} hears twice that {id} was read");
        var reads = _reads.GetValueOrDefault(id, []).FindAll(read => read.Reader.Name == frame.Name);
        if (SenderOf(id) != conversation.User.Name || reads.Count == 0)
            Fail($"{conversation} hears that {id} was read by {frame.Name}");
        CheckStored(id);
        if (reads.Count > 0 && blocks.Held(reads[0].Reader, conversation.User, reads[0].Sent, Simulation.NextMoment()) == true)
            Fail($"{conversation} hears that {id} was read by {frame.Name}, who blocks it");
    }

    private void Judge(ReadCommand read)
    {
        var message = Simulation.Committed.Find(read.Id);
        var isOwn = message is not null && Simulation.Committed.FindAccount(message.RecipientId)!.Name == read.Reader.Name;
        if (read.IsDone && !isOwn)
            Fail($"{read.Reader} has read {read.Id}, which is none of its messages");
        if (read.Error == "FORBIDDEN" && isOwn)
            Fail($"{read.Reader} may not read its own {read.Id}");
        // It could not have named a message that was not stored before.
        if (read.Error == "UNKNOWN_MESSAGE" && isOwn)
            Fail($"{read.Reader} was told that there is no {read.Id}");
        CheckStored(read.Id);
    }

    private void CheckStored(long id)
    {
        if (_told.Contains(id) && _reads[id].TrueForAll(static read => read.Error is not null))
            Fail($"the sender of {id} heard that it was read, and each READ of it was refused");
    }

    /// <summary>What somebody else was told before one asked is there before one is answered.</summary>
    private void CheckReceiptsBefore(Conversation conversation, Command ping)
    {
        foreach (var (id, reads) in _reads)
        {
            if (reads is [{ IsDone: true } only] && !_told.Contains(id)
                && SenderOf(id) == conversation.User.Name
                && conversation.Login!.Answered!.Value < only.Sent && only.Answered!.Value < ping.Sent
                && blocks.Held(only.Reader, conversation.User, only.Sent, only.Answered.Value) == false)
                Fail($"{conversation} has not heard that {only.Reader} read {id}");
        }
    }

    private string? SenderOf(long id) =>
        Simulation.Committed.Find(id) is { } message ? Simulation.Committed.FindAccount(message.SenderId)!.Name : null;
}
