namespace InternalChat.Simulation.Tests.Clients;

/// <summary>A program of a user that comes, chats and goes as the seed likes, within what the contract lets clients do.</summary>
internal sealed class Client(Simulation simulation, User user)
{
    // A client that says nothing is shown the door.
    private const double Silence = 0.02;

    // A client that only looks what there is for it, in one piece.
    private const double Polling = 0.15;

    /// <summary>The connection that it has; null before the first.</summary>
    public Conversation? Conversation { get; private set; }

    public async Task RunAsync()
    {
        while (!simulation.IsHealed)
        {
            await PauseAsync(TimeSpan.FromSeconds(2));
            if (!await simulation.WhenUpAsync())
                break;
            Conversation = simulation.Open(user);
            if (simulation.Chance(Silence))
            {
                await Conversation.WhenEnded();
                continue;
            }

            if (simulation.Chance(Polling))
            {
                await PollAsync(Conversation);
                continue;
            }

            if (await LogInAsync(Conversation))
                await ChatAsync(Conversation);
            await LeaveAsync(Conversation);
        }
    }

    private async Task PollAsync(Conversation conversation)
    {
        List<Command> commands = [new AuthCommand(user, user.Password)];
        if (simulation.Chance(0.3))
            commands.Add(ClientActions.Any(simulation, user));
        commands.Add(new SimpleCommand("PING", "PONG", "NOT_AUTHENTICATED"));
        var quits = simulation.Chance(0.7);
        if (quits)
            commands.Add(new SimpleCommand("QUIT", "OK bye"));
        conversation.Send([.. commands]);
        simulation.CountCommands(commands.Count);
        if (!quits)
            conversation.Connection.HalfClose();
        if (simulation.Chance(simulation.Plan.Stalls))
            Stall(conversation);
        await conversation.WhenEnded();
    }

    private async Task<bool> LogInAsync(Conversation conversation)
    {
        if (simulation.Chance(0.3))
            conversation.Send(new SimpleCommand("HELLO 1", "OK hello"));
        if (user.IsRegistered && simulation.Chance(0.05))
            conversation.Send(new AuthCommand(user, "wrong-password"));
        var login = new AuthCommand(user, simulation.Chance(0.05) ? user.EarlierPassword : user.Password);
        conversation.Send(login);
        // Pipelined right behind it, whether or not it succeeds.
        if (simulation.Chance(0.2))
            Send(conversation);
        await conversation.WhenAnswered();
        return login.IsDone;
    }

    private async Task ChatAsync(Conversation conversation)
    {
        var bursts = simulation.Random.Next(1, 15);
        while (bursts-- > 0 && !conversation.HasEnded && !simulation.IsHealed)
        {
            if (simulation.Chance(simulation.Plan.Stalls))
                Stall(conversation);
            Send(conversation);
            if (simulation.Chance(0.5))
                await conversation.WhenAnswered();
            if (simulation.Chance(0.7))
                await PauseAsync(TimeSpan.FromMilliseconds(simulation.Chance(0.2) ? 1_500 : 30));
        }
    }

    private void Send(Conversation conversation)
    {
        var commands = new Command[simulation.Random.Next(1, simulation.Plan.Burst)];
        var onlyLists = simulation.Chance(0.05);
        for (var i = 0; i < commands.Length; i++)
            commands[i] = onlyLists ? new ListCommand(user) : ClientActions.Any(simulation, user);
        conversation.Send(commands);
        simulation.CountCommands(commands.Length);
    }

    private void Stall(Conversation conversation)
    {
        simulation.Trace($"{conversation} reads no more for a while");
        conversation.Connection.IsReading = false;
        var time = TimeSpan.FromMilliseconds(simulation.Random.Next(simulation.Chance(0.2) ? 20_000 : 300));
        simulation.After(time, () =>
        {
            simulation.CheckWhatWaits();
            conversation.Connection.IsReading = true;
        });
    }

    private async Task LeaveAsync(Conversation conversation)
    {
        if (conversation.HasEnded)
            return;
        if (simulation.IsHealed || !simulation.Chance(simulation.Plan.Breaks))
        {
            if (simulation.Chance(0.5))
                conversation.Send(new SimpleCommand("QUIT", "OK bye"));
            else
                conversation.Connection.HalfClose();
            await conversation.WhenEnded();
            return;
        }

        switch (simulation.Random.Next(5))
        {
            case 0:
                conversation.Vanish();
                break;
            case 1 or 2:
                conversation.Close();
                break;
            default:
                conversation.Cut();
                break;
        }
    }

    private Task PauseAsync(TimeSpan most) => Task.Delay(most * simulation.Random.NextDouble(), simulation.Time);
}
