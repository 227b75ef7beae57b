using InternalChat.Engine.Administration;
using InternalChat.Engine.Operations;
using InternalChat.Protocol;

namespace InternalChat.Simulation.Tests.Clients;

/// <summary>Whoever runs the server: changes accounts, ends connections, and stops the server in order now and then.</summary>
internal sealed class Operator(Simulation simulation)
{
    private const double Deletion = 0.02;

    private int _passwords;

    public async Task RunAsync()
    {
        while (!simulation.IsHealed)
        {
            await Task.Delay(simulation.Plan.OperatorPause * (0.2 + simulation.Random.NextDouble()), simulation.Time);
            if (simulation.IsHealed || !await simulation.WhenUpAsync())
                break;
            await ActAsync(simulation.Users[simulation.Random.Next(simulation.Users.Count)]);
        }
    }

    /// <summary>Opens every account that is not deleted, with a password that is known.</summary>
    public async Task OpenAllAsync()
    {
        foreach (var user in simulation.Users.Where(static user => !user.IsDeleted))
        {
            await OrderAsync(OrderKind.Resume, user);
            await OrderAsync(OrderKind.SetPassword, user);
        }
    }

    private async Task ActAsync(User user)
    {
        switch (simulation.Random.Next(10))
        {
            case 0 or 1 or 2:
                await OrderAsync(OrderKind.SetPassword, user);
                break;
            case 3 or 4:
                await OrderAsync(OrderKind.Suspend, user);
                await Task.Delay(TimeSpan.FromSeconds(simulation.Random.NextDouble()), simulation.Time);
                if (await simulation.WhenUpAsync())
                    await OrderAsync(OrderKind.Resume, user);
                break;
            case 5 when simulation.Chance(Deletion / 0.1):
                await OrderAsync(OrderKind.Delete, user);
                break;
            case 6 or 7:
                simulation.Trace($"operator: kicks {user}");
                await simulation.Server!.Ask(engine => Task.FromResult(engine.Sessions.Kick(UserName.Parse(user.Name))));
                break;
            case 8:
                _ = NoticeText.TryParse("good day", out var text);
                await simulation.Server!.Ask(engine => Task.FromResult(engine.Sessions.Notify(text!)));
                break;
            case 9 when simulation.Chance(0.3):
                await simulation.RestartAsync(simulation.Chance(0.5) ? TimeSpan.FromSeconds(2) : null);
                break;
        }
    }

    private async Task OrderAsync(OrderKind kind, User user)
    {
        var order = new OperatorOrder(kind, user, $"password-{_passwords++}") { Asked = simulation.NextMoment() };
        simulation.Trace($"{order}");
        simulation.Tell(rule => rule.Asked(order));
        var wasDeleted = user.IsDeleted;
        user.IsDeleted |= kind == OrderKind.Delete;
        var outcome = await simulation.Server!.Ask(engine => ExecuteAsync(engine.Accounts, order));
        simulation.Trace($"{order}: {outcome?.ToString() ?? "no answer"}");
        var isRefused = outcome is not (null or AccountChangeOutcome.Done);
        if (isRefused)
            user.IsDeleted = wasDeleted;
        else if (kind == OrderKind.SetPassword)
            user.SetPassword(order.Password);
        if (outcome is null)
        {
            order.Lost = simulation.NextMoment();
            return;
        }

        (order.Outcome, order.Told) = (outcome, simulation.NextMoment());
        simulation.Tell(rule => rule.Told(order));
    }

    private static Task<AccountChangeOutcome> ExecuteAsync(AccountAdministration accounts, OperatorOrder order)
    {
        var name = UserName.Parse(order.User.Name);
        return order.Kind switch
        {
            OrderKind.SetPassword => accounts.SetPasswordAsync(name, order.Password),
            OrderKind.Suspend => accounts.SuspendAsync(name),
            OrderKind.Resume => accounts.ResumeAsync(name),
            _ => accounts.DeleteAsync(name),
        };
    }
}
