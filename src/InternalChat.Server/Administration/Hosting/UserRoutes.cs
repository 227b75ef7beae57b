using System.Globalization;
using System.Net;
using InternalChat.Engine.Administration;
using InternalChat.Protocol;
using InternalChat.Server.Administration.Contract;

namespace InternalChat.Server.Administration.Hosting;

/// <summary>Who may be online.</summary>
internal sealed class UserRoutes(AccountAdministration accounts)
{
    private const string RenameRefusal =
        "Users are not renamed: a name is how others address, block and recognise somebody, in what they remember, in their clients and "
        + "in the history that they are shown, and one that passes to another person would speak with the first one's voice. "
        + "Add an account with the new name, and suspend or delete the old one.";

    public void AddTo(RouteTable routes)
    {
        routes.MapLook("/v1/users", ListAsync);
        routes.MapPost("/v1/users", "add", AddAsync);
        routes.MapLook("/v1/users/{user}", FindAsync);
        routes.MapDelete("/v1/users/{user}", "delete", context => ChangeAsync(context, accounts.DeleteAsync));
        routes.MapPut("/v1/users/{user}/password", "passwd", SetPasswordAsync);
        routes.MapPost("/v1/users/{user}/suspend", "suspend", context => ChangeAsync(context, accounts.SuspendAsync));
        routes.MapPost("/v1/users/{user}/resume", "resume", context => ChangeAsync(context, accounts.ResumeAsync));
        routes.MapPost("/v1/users/{user}/erase", "erase", EraseAsync);
        routes.MapLook("/v1/erasures/{erasure}", ErasureAsync);
        routes.MapPost("/v1/users/{user}/unlock", "unlock", UnlockAsync);
        routes.MapPost("/v1/users/{user}/rename", "rename", static context =>
        {
            Requests.User(context);
            throw new RequestRefusedException(409, "rename_refused", RenameRefusal);
        });
        routes.MapPost("/v1/unlock", "unlock address", UnlockAddressAsync);
    }

    private async Task ListAsync(HttpContext context)
    {
        var limit = Requests.Limit(context);
        var page = await accounts.ListAsync(Requests.After(context) ?? "", limit + 1);
        await context.Response.WriteAsJsonAsync(
            new UserPage([.. page.Take(limit).Select(Describe)], page.Count > limit ? page[limit - 1].Account.Username : null),
            AdministrationJson.Default.UserPage);
    }

    private async Task FindAsync(HttpContext context)
    {
        var user = Requests.User(context);
        var found = await accounts.FindAsync(user) ?? throw NoSuchUser(user);
        await context.Response.WriteAsJsonAsync(Describe(found), AdministrationJson.Default.UserEntry);
    }

    private async Task AddAsync(HttpContext context)
    {
        var request = await Requests.ReadAsync(context, AdministrationJson.Default.NewUserRequest);
        var user = Requests.User(context, request.User);
        await FinishAsync(context, user, await accounts.AddAsync(user, Acceptable(request.Password)));
    }

    private async Task SetPasswordAsync(HttpContext context)
    {
        var user = Requests.User(context);
        var request = await Requests.ReadAsync(context, AdministrationJson.Default.PasswordRequest);
        await FinishAsync(context, user, await accounts.SetPasswordAsync(user, Acceptable(request.Password)));
    }

    private static async Task ChangeAsync(HttpContext context, Func<UserName, Task<AccountChangeOutcome>> change)
    {
        var user = Requests.User(context);
        await FinishAsync(context, user, await change(user));
    }

    private async Task EraseAsync(HttpContext context)
    {
        var user = Requests.User(context);
        var (outcome, erasure) = await accounts.EraseAsync(user);
        if (outcome != AccountChangeOutcome.Done)
            throw Refusal(user, outcome);
        context.Response.StatusCode = StatusCodes.Status202Accepted;
        await context.Response.WriteAsJsonAsync(new ErasureReply(erasure, Pending: true), AdministrationJson.Default.ErasureReply);
    }

    private async Task ErasureAsync(HttpContext context)
    {
        if (!long.TryParse((string?)context.Request.RouteValues["erasure"], CultureInfo.InvariantCulture, out var erasure))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        await context.Response.WriteAsJsonAsync(
            new ErasureReply(erasure, await accounts.IsErasurePendingAsync(erasure)), AdministrationJson.Default.ErasureReply);
    }

    private static Task FinishAsync(HttpContext context, UserName user, AccountChangeOutcome outcome)
    {
        if (outcome != AccountChangeOutcome.Done)
            throw Refusal(user, outcome);
        return context.Response.WriteAsJsonAsync(new UserDone(user.ToString()), AdministrationJson.Default.UserDone);
    }

    private Task UnlockAsync(HttpContext context)
    {
        var user = Requests.User(context);
        var wasThrottled = accounts.Unlock(user);
        return context.Response.WriteAsJsonAsync(new UnlockReply(wasThrottled), AdministrationJson.Default.UnlockReply);
    }

    private async Task UnlockAddressAsync(HttpContext context)
    {
        var request = await Requests.ReadAsync(context, AdministrationJson.Default.AddressRequest);
        if (!IPAddress.TryParse(request.Address, out var address))
            throw new RequestRefusedException(400, "invalid_address", $"'{request.Address}' is no IP address.");
        AdministrationAudit.About(context, address.ToString());
        var wasThrottled = accounts.Unlock(address);
        await context.Response.WriteAsJsonAsync(new UnlockReply(wasThrottled), AdministrationJson.Default.UnlockReply);
    }

    private static string Acceptable(string? password) =>
        PasswordRule.Refuse(password ?? "") is { } refusal ? throw InvalidPassword(refusal) : password!;

    private static RequestRefusedException InvalidPassword(string why) => new(400, "invalid_password", why);

    private static UserEntry Describe(AccountInfo info) => new(
        info.Account.Username,
        Words.Of(info.Account.Status),
        info.IsOnline,
        info.Account.HasPassword,
        info.Account.CreatedAt == 0 ? null : Words.Time(info.Account.CreatedAt));

    private static RequestRefusedException Refusal(UserName user, AccountChangeOutcome outcome) => outcome switch
    {
        AccountChangeOutcome.NoSuchUser => NoSuchUser(user),
        AccountChangeOutcome.NameTaken => new(409, "name_taken", $"There is a user {user} already, or was: a deleted user keeps the name."),
        AccountChangeOutcome.IsDeleted => new(409, "user_deleted", $"{user} is deleted, which is for good."),
        AccountChangeOutcome.PasswordRefused => InvalidPassword(PasswordRule.Words),
        AccountChangeOutcome.Busy => new(503, "busy", "Too many passwords wait to be hashed: try again."),
        _ => new(503, "storage", "It could not be stored, and nothing has changed; the server's log says why."),
    };

    internal static RequestRefusedException NoSuchUser(UserName user) => new(404, "no_such_user", $"There is no user {user}.");
}
