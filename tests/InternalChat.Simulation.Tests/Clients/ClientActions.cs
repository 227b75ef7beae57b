namespace InternalChat.Simulation.Tests.Clients;

/// <summary>What a client that is logged in may send. A new command of the protocol is one line here, and a class in Commands.cs.</summary>
internal static class ClientActions
{
    private static readonly (int Weight, Func<ISimulation, User, Command> Make)[] All =
    [
        (40, Message),
        (8, Read),
        (3, static (simulation, user) => new BlockCommand(user, Other(simulation, user), blocks: true)),
        (4, static (simulation, user) => new BlockCommand(user, Other(simulation, user), blocks: false)),
        (6, static (simulation, user) => new HistoryCommand(user, Other(simulation, user), simulation.Random.Next(1, 50))),
        (3, static (_, user) => new ListCommand(user)),
        (8, static (_, _) => new SimpleCommand("PING", "PONG")),
        (1, static (_, _) => new SimpleCommand("HELLO 1", "OK hello")),
        (1, static (_, _) => new SimpleCommand("NONSENSE", "", "BAD_REQUEST")),
    ];

    private static readonly int Sum = All.Sum(static action => action.Weight);

    /// <summary>Something that the seed likes.</summary>
    public static Command Any(ISimulation simulation, User user)
    {
        var place = simulation.Random.Next(Sum);
        foreach (var (weight, make) in All)
        {
            if (place < weight)
                return make(simulation, user);
            place -= weight;
        }

        throw new InvalidOperationException("The weights do not add up.");
    }

    public static MessageCommand Message(ISimulation simulation, User sender, User recipient)
    {
        var number = simulation.Messages.Count;
        var padding = simulation.Chance(simulation.Plan.LargeBodies) ? simulation.Random.Next(1_000, 4_000) : simulation.Random.Next(20);
        var body = $"{number} {new string('x', padding)}";
        var message = new MessageCommand(sender, recipient, number, body, id => simulation.Committed.Find(id)?.Body);
        simulation.Messages.Add(message);
        return message;
    }

    private static MessageCommand Message(ISimulation simulation, User user) => Message(simulation, user, Other(simulation, user));

    /// <summary>Of a message that exists, usually the user's own.</summary>
    private static ReadCommand Read(ISimulation simulation, User user)
    {
        var log = simulation.Committed.Messages;
        var id = simulation.Random.Next(20) == 0 || log.Count == 0 ? 1_000_000 : log[simulation.Random.Next(log.Count)].Id;
        for (var tries = 10; tries > 0 && log.Count > 0 && id < 1_000_000; tries--)
        {
            var message = log[simulation.Random.Next(Math.Max(0, log.Count - 20), log.Count)];
            if (simulation.Committed.FindAccount(message.RecipientId)!.Name == user.Name)
                return new ReadCommand(user, message.Id);
        }

        return new ReadCommand(user, id);
    }

    private static User Other(ISimulation simulation, User user) => user.Index > 0 && simulation.Chance(simulation.Plan.Popularity)
        ? simulation.Users[0]
        : simulation.Users[(user.Index + simulation.Random.Next(1, simulation.Users.Count)) % simulation.Users.Count];
}
