using InternalChat.Simulation.Tests.Clients;

namespace InternalChat.Simulation.Tests;

/// <summary>
/// The end of each run: everybody whose account is left logs in and gets what was kept, reads the histories, writes to everybody else
/// once more, and leaves; the server is restarted, and nobody gets anything again.
/// </summary>
internal sealed class LastRound(Simulation simulation, Operator operating)
{
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(4);

    public async Task RunAsync()
    {
        await simulation.WhenUpAsync();
        await operating.OpenAllAsync();
        var users = simulation.Users.Where(static user => !user.IsDeleted).ToList();
        await Task.WhenAll(users.ConvertAll(user => AttendAsync(user, users)));
        await simulation.RestartAsync();
        await Task.WhenAll(users.ConvertAll(user => AttendAsync(user, [])));
    }

    private async Task AttendAsync(User user, List<User> others)
    {
        var conversation = await LogInAsync(user);
        await Task.Delay(Quiet, simulation.Time);
        foreach (var other in others.Where(other => other != user))
        {
            conversation.Send(
                new HistoryCommand(user, other, limit: 200),
                new BlockCommand(user, other, blocks: false),
                ClientActions.Message(simulation, user, other),
                new ListCommand(user));
            await conversation.WhenAnswered();
            await Task.Delay(Quiet, simulation.Time);
        }

        conversation.Send(new SimpleCommand("PING", "PONG"), new SimpleCommand("QUIT", "OK bye"));
        await conversation.WhenEnded();
        if (!conversation.IsOverInOrder)
            simulation.Fail("A peer that waits for the end gets it in order", conversation.ToString());
    }

    private async Task<Conversation> LogInAsync(User user)
    {
        while (true)
        {
            var conversation = simulation.Open(user);
            var login = new AuthCommand(user, user.Password);
            conversation.Send(login);
            await conversation.WhenAnswered();
            if (login.IsDone)
                return conversation;
            conversation.Send(new SimpleCommand("QUIT", "OK bye"));
            await conversation.WhenEnded();
            await Task.Delay(Retry, simulation.Time);
        }
    }
}
