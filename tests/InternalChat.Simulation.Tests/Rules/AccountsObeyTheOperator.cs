using InternalChat.Engine.Operations;
using InternalChat.Simulation.Tests.Clients;

namespace InternalChat.Simulation.Tests.Rules;

/// <summary>
/// A name is registered once. Only its password lets in, as the operator has set it last, and nobody is let in whom the operator has shut
/// out; both hold from the moment on in which the operator is told, also for logins that were under way.
/// </summary>
internal sealed class AccountsObeyTheOperator(ISimulation simulation) : Rule(simulation)
{
    private readonly Dictionary<User, Register<string>> _passwords = simulation.Users.ToDictionary(
        static user => user, static user => new Register<string>(user.Password));

    private readonly Dictionary<User, Register<bool>> _isOpen = simulation.Users.ToDictionary(
        static user => user, static _ => new Register<bool>(true));

    private readonly HashSet<User> _registered = [];

    protected override string Name => "Accounts are as the operator wants them";

    public override void Asked(OperatorOrder order)
    {
        if (order.Kind == OrderKind.SetPassword)
            _passwords[order.User].Add(order.Password, order.Asked, () => order.Told, () => order.Lost, () => IsRefused(order));
        else
        {
            var opens = order.Kind == OrderKind.Resume;
            _isOpen[order.User].Add(opens, order.Asked, () => order.Told, () => order.Lost, () => IsRefused(order));
        }
    }

    public override void Answered(Conversation conversation, Command command)
    {
        if (command is not AuthCommand login)
            return;
        if (login.HasRegistered && !_registered.Add(login.User))
            Fail($"{login.User} is registered twice");
        var (passwords, isOpen) = (_passwords[login.User], _isOpen[login.User]);
        var (sent, answered) = (login.Sent, login.Answered!.Value);
        if (login.IsDone && Simulation.Committed.Find(login.User.Name) is null)
            Fail($"{conversation} is let in, and its account is not stored");
        else if (login.IsDone)
        {
            var entered = Simulation.Entered(login.User, login.Made.By);
            if (!passwords.Between(entered, entered).Contains(login.Password))
                Fail($"{conversation} is let in with the password {login.Password}");
            if (!isOpen.Between(entered, entered).Contains(true))
                Fail($"{conversation} is let in although the operator has shut the account");
        }

        var isRight = passwords.Between(sent, answered) is { Count: 1 } only && only.Contains(login.Password);
        if (login.Error == "AUTH_FAILED" && isRight && !login.User.IsDeleted)
            Fail($"{conversation} is refused with the right password");
        if (login.Error == "SUSPENDED" && !isOpen.Between(sent, answered).Contains(false))
            Fail($"{conversation} is told that its account is shut");
    }

    private static bool IsRefused(OperatorOrder order) => order.Outcome is not (null or AccountChangeOutcome.Done);
}
