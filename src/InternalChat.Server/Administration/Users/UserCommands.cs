using System.CommandLine;
using System.CommandLine.Completions;
using InternalChat.Protocol;
using InternalChat.Server.Administration.Client;
using InternalChat.Server.CommandLine;

namespace InternalChat.Server.Administration.Users;

/// <summary><c>admin users …</c>: who may be online.</summary>
internal static class UserCommands
{
    public static Command Create(AskedServer server) => new("users", "Accounts: who may be online")
    {
        List(server),
        Add(server),
        Password(server),
        Change(server, HttpMethod.Post, "suspend", "Close an account until it is resumed; what is sent to it is kept", "is suspended"),
        Change(server, HttpMethod.Post, "resume", "Open a suspended account again", "may log in again"),
        Delete(server),
        Unlock(server),
    };

    private static Command List(AskedServer server)
    {
        var (after, limit) = (CommandArguments.After(), CommandArguments.Limit());
        var command = new Command("list", "List accounts by name, also suspended and deleted ones") { after, limit };
        command.SetAction((parsed, cancellation) => server.AskAsync(
            parsed,
            AdminRequest.Get("v1/users" + CommandArguments.Page(parsed, after, limit)),
            UserJson.Default.UserPage,
            static page => TextTable.Page(
                ["USER", "STATUS", "ONLINE", "PASSWORD", "CREATED (UTC)"],
                page.Users.Select(static user => new[]
                {
                    user.User, user.Status, user.Online ? "yes" : "no", user.HasPassword ? "yes" : "no", FigureText.Time(user.CreatedAt),
                }),
                page.Next),
            cancellation));
        return command;
    }

    private static Command Add(AskedServer server)
    {
        var user = UserArgument.New();
        var command = new Command("add", "Make an account; its password is asked for, or is the first line of the standard input") { user };
        command.SetAction((parsed, cancellation) =>
        {
            var name = parsed.GetValue(user)!;
            var request = new NewUserRequest(name, PasswordInput.Read($"Password for {name}: "));
            return server.AskAsync(
                parsed,
                AdminRequest.Post("v1/users", AdminRequest.Json(request, UserJson.Default.NewUserRequest)),
                UserJson.Default.UserDone,
                static done => $"{done.User} may log in",
                cancellation);
        });
        return command;
    }

    private static Command Password(AskedServer server)
    {
        var user = UserArgument.Existing(server);
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
                    HttpMethod.Put, $"v1/users/{name}/password", AdminRequest.Json(request, UserJson.Default.PasswordRequest)),
                UserJson.Default.UserDone,
                static done => $"{done.User} has another password",
                cancellation);
        });
        return command;
    }

    private static Command Delete(AskedServer server) => Change(
        server,
        HttpMethod.Delete,
        "delete",
        "Delete an account for good: what it sent stays with others, what waits for it is not delivered, its name stays taken",
        "is deleted");

    private static Command Unlock(AskedServer server)
    {
        var user = UserArgument.Existing(server);
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
                ? AdminRequest.Post("v1/unlock", AdminRequest.Json(new AddressRequest(text), UserJson.Default.AddressRequest))
                : AdminRequest.Post($"v1/users/{parsed.GetValue(user)}/unlock"),
            UserJson.Default.UnlockReply,
            static reply => reply.WasThrottled ? "unlocked" : "was not locked",
            cancellation));
        return command;
    }

    private static Command Change(AskedServer server, HttpMethod method, string verb, string description, string result)
    {
        var user = UserArgument.Existing(server);
        var command = new Command(verb, description) { user };
        command.SetAction((parsed, cancellation) => server.AskAsync(
            parsed,
            new AdminRequest(method, $"v1/users/{parsed.GetValue(user)}" + (method == HttpMethod.Post ? $"/{verb}" : "")),
            UserJson.Default.UserDone,
            done => $"{done.User} {result}",
            cancellation));
        return command;
    }
}

/// <summary>The user that a command is about.</summary>
internal static class UserArgument
{
    /// <summary>A user of the server; shells complete it with those that there are.</summary>
    public static Argument<string> Existing(AskedServer server)
    {
        var argument = New();
        argument.CompletionSources.Add(context => Complete(context.WordToComplete, server, context.ParseResult));
        return argument;
    }

    /// <summary>A user name.</summary>
    public static Argument<string> New()
    {
        var argument = new Argument<string>("USER") { Description = "Name of the user" };
        argument.Validators.Add(static result =>
        {
            if (result.GetValueOrDefault<string>() is not { } text || !UserName.TryParse(text, out _))
                result.AddError($"'{result.GetValueOrDefault<string>()}' is no user name: {UserName.Rule}");
        });
        return argument;
    }

    // Names are sorted: those that begin so come right behind the beginning.
    private static IEnumerable<CompletionItem> Complete(string beginning, AskedServer server, ParseResult parsed) =>
        CommandArguments.Complete(
            beginning,
            server,
            parsed,
            $"v1/users?limit={CommandArguments.MostCompletions}&after={Uri.EscapeDataString(beginning)}",
            UserJson.Default.UserPage,
            static page => page.Users.Select(static user => user.User));
}
