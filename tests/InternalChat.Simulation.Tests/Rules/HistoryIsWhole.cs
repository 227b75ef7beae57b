using InternalChat.Simulation.Tests.Clients;

namespace InternalChat.Simulation.Tests.Rules;

/// <summary>HISTORY has the newest messages of a conversation, oldest first, and all that were acknowledged before it was asked.</summary>
internal sealed class HistoryIsWhole(ISimulation simulation) : Rule(simulation)
{
    protected override string Name => "HISTORY is whole";

    public override void Answered(Conversation conversation, Command command)
    {
        if (command is not HistoryCommand { IsDone: true } history)
            return;
        var ids = history.Lines.ConvertAll(static line => line.Id);
        if (!ids.SequenceEqual(ids.Distinct().Order()) || ids.Count > history.Limit)
            Fail($"{conversation} gets {string.Join(' ', ids)} for {history}");
        foreach (var (id, body) in history.Lines)
        {
            if (Simulation.Committed.Find(id)?.Body != body)
                Fail($"{conversation} gets {id} otherwise than it is stored");
        }

        var oldest = ids.Count < history.Limit ? 0 : ids[0];
        foreach (var message in Simulation.Messages)
        {
            var isOfPair = (message.Sender == history.Asker && message.Recipient == history.Other)
                || (message.Sender == history.Other && message.Recipient == history.Asker);
            if (isOfPair && message.IsDone && message.Id > oldest && message.Answered!.Value < history.Sent && !ids.Contains(message.Id))
                Fail($"{conversation} does not get {message.Id} for {history}");
        }
    }
}
