using InternalChat.Simulation.Tests.Clients;
using ReadingBudget = InternalChat.Engine.Commands.ReadingBudget;

namespace InternalChat.Simulation.Tests.Rules;

/// <summary>
/// No user reads more than the limit lets one user read, but for a command that goes past it, and one that was still being counted when
/// its connection ended.
/// </summary>
internal sealed class ReadingIsPaced(ISimulation simulation) : Rule(simulation)
{
    private const int PastTheLimit = 2;

    private readonly Dictionary<(User User, int Process), List<Command>> _commands = [];

    protected override string Name => "What a user reads is paced";

    public override void Sent(Conversation conversation, Command command)
    {
        if (command is HistoryCommand or ListCommand)
            Of(conversation).Add(command);
    }

    public override void Answered(Conversation conversation, Command command)
    {
        if (!command.IsDone || command is not (HistoryCommand or ListCommand) || Simulation.Plan.ReadingLimit is not { } limit)
            return;
        var (lines, most) = (0, 0);
        foreach (var earlier in Of(conversation).AsEnumerable().Reverse().Where(static earlier => earlier.IsDone))
        {
            // It was counted at some time between its sending and its answer, and was made up for from then on.
            lines += Lines(earlier);
            most = Math.Max(most, Lines(earlier));
            var time = TimeSpan.FromTicks(command.Answered!.Value.Ticks - earlier.Sent.Ticks);
            if (lines - (PastTheLimit * most) > limit.Lines * (1 + (time / limit.Window)))
                Fail($"{conversation} has got {lines} lines since {earlier} was sent, {time} ago");
        }
    }

    private static int Lines(Command command) =>
        ReadingBudget.CommandLines + (command is HistoryCommand history ? history.Lines.Count : 2 * ReadingBudget.CommandLines);

    private List<Command> Of(Conversation conversation)
    {
        var key = (conversation.User, conversation.Process);
        if (!_commands.TryGetValue(key, out var commands))
            _commands[key] = commands = [];
        return commands;
    }
}
