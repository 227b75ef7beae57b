using System.CommandLine;
using InternalChat.Server.Administration.Contract;

namespace InternalChat.Server.CommandLine.Admin;

/// <summary><c>admin users …</c>: who may be online.</summary>
internal static class UsersCommand
{
    public static Command Create(AdminServer server) => new("users", "Accounts: who may be online")
    {
        List(server),
        Add(server),
        Password(server),
        Change(server, HttpMethod.Post, "suspend", "Close an account until it is resumed; what is sent to it is kept", "is suspended"),
        Change(server, HttpMethod.Post, "resume", "Open a suspended account again", "may log in again"),
        Rename(server),
        Delete(server),
        Unlock(server),
    };

    private static Command List(AdminServer server)
    {
        var (after, limit) = (Arguments.After(), Arguments.Limit());
        var command = new Command("list", "List accounts by name, also suspended and deleted ones") { after, limit };
        command.SetAction((parsed, cancellation) => server.AskAsync(
            parsed,
            AdminRequest.Get("v1/users" + Arguments.Page(parsed, after, limit)),
            AdministrationJson.Default.UserPage,
            static page => PageText.Page(
                ["USER", "STATUS", "ONLINE", "PASSWORD", "CREATED (UTC)"],
                page.Users.Select(static user => new[]
                {
                    user.User, user.Status, user.Online ? "yes" : "no", user.HasPassword ? "yes" : "no", FigureText.Time(user.CreatedAt),
                }),
                page.Next),
            cancellation));
        return command;
    }

    private static Command Add(AdminServer server)
    {
        var user = Arguments.NewUser("USER");
        var command = new Command("add", "Make an account; its password is asked for, or is the first line of the standard input") { user };
        command.SetAction((parsed, cancellation) =>
        {
            var name = parsed.GetValue(user)!;
            var request = new NewUserRequest(name, PasswordInput.Read($"Password for {name}: "));
            return server.AskAsync(
                parsed,
                AdminRequest.Post("v1/users", AdminRequest.Json(request, AdministrationJson.Default.NewUserRequest)),
                AdministrationJson.Default.UserDone,
                static done => $"{done.User} may log in",
                cancellation);
        });
        return command;
    }

    private static Command Password(AdminServer server)
    {
        var user = Arguments.User(server);
        var command = new Command(
            "passwd", "Give an account another password, asked for or read as add does; a connection that is there stays")
        {
            user,
        };
        command.SetAction((parsed, cancellation) =>
        {
            var name = parsed.GetValue(user)!;
            var request = new PasswordRequest(PasswordInput.Read($"New password for {name}: "));
            return server.AskAsync(
                parsed,
                new AdminRequest(
                    HttpMethod.Put, $"v1/users/{name}/password", AdminRequest.Json(request, AdministrationJson.Default.PasswordRequest)),
                AdministrationJson.Default.UserDone,
                static done => $"{done.User} has another password",
                cancellation);
        });
        return command;
    }

    private static Command Rename(AdminServer server)
    {
        var (user, newName) = (Arguments.User(server), Arguments.NewUser("NEW-NAME"));
        var command = new Command("rename", "Always refused; says why, and what to do instead") { user, newName };
        command.SetAction((parsed, cancellation) => server.AskAsync(
            parsed,
            AdminRequest.Post($"v1/users/{parsed.GetValue(user)}/rename"),
            AdministrationJson.Default.UserDone,
            static done => done.User,
            cancellation));
        return command;
    }

    private static Command Delete(AdminServer server) => Change(
        server,
        HttpMethod.Delete,
        "delete",
        "Delete an account for good: what it sent stays with others, what waits for it is not delivered, its name stays taken",
        "is deleted");

    private static Command Unlock(AdminServer server)
    {
        var user = Arguments.User(server);
        user.Arity = ArgumentArity.ZeroOrOne;
        var address = new Option<string>("--address") { Description = "Unlock an IP address instead", HelpName = "ADDRESS" };
        var command = new Command("unlock", "Let a user, or an address, log in again at once after too many failures") { user, address };
        command.Validators.Add(result =>
        {
            if ((result.GetResult(user)?.Tokens.Count > 0) == (result.GetResult(address) is not null))
                result.AddError("unlock wants a user or --address, and not both.");
        });
        command.SetAction((parsed, cancellation) => server.AskAsync(
            parsed,
            parsed.GetValue(address) is { } text
                ? AdminRequest.Post("v1/unlock", AdminRequest.Json(new AddressRequest(text), AdministrationJson.Default.AddressRequest))
                : AdminRequest.Post($"v1/users/{parsed.GetValue(user)}/unlock"),
            AdministrationJson.Default.UnlockReply,
            static reply => reply.WasThrottled ? "unlocked" : "was not locked",
            cancellation));
        return command;
    }

    private static Command Change(AdminServer server, HttpMethod method, string verb, string description, string result)
    {
        var user = Arguments.User(server);
        var command = new Command(verb, description) { user };
        command.SetAction((parsed, cancellation) => server.AskAsync(
            parsed,
            new AdminRequest(method, $"v1/users/{parsed.GetValue(user)}" + (method == HttpMethod.Post ? $"/{verb}" : "")),
            AdministrationJson.Default.UserDone,
            done => $"{done.User} {result}",
            cancellation));
        return command;
    }
}
