using System.Globalization;
using System.Net;
using System.Text.Json.Serialization;
using InternalChat.Engine.Administration;
using InternalChat.Engine.Operations;
using InternalChat.Protocol;
using InternalChat.Server.Administration.Http;
using InternalChat.Storage;
using InternalChat.Storage.Sqlite;

namespace InternalChat.Server.Administration.Users;

/// <summary>Who may be online.</summary>
internal sealed class UserRoutes(AccountAdministration accounts, ChatDatabase database, TimeProvider time)
{
    public void AddTo(RouteTable routes)
    {
        routes.MapLook("/v1/users", ListAsync);
        routes.MapPost("/v1/users", "add", AddAsync);
        routes.MapLook("/v1/users/{user}", FindAsync);
        routes.MapDelete("/v1/users/{user}", "delete", context => ChangeAsync(context, accounts.DeleteAsync));
        routes.MapPut("/v1/users/{user}/password", "passwd", SetPasswordAsync);
        routes.MapPost("/v1/users/{user}/suspend", "suspend", context => ChangeAsync(context, accounts.SuspendAsync));
        routes.MapPost("/v1/users/{user}/resume", "resume", context => ChangeAsync(context, accounts.ResumeAsync));
        routes.MapGet("/v1/users/{user}/export", "export", ExportAsync);
        routes.MapPost("/v1/users/{user}/erase", "erase", EraseAsync);
        routes.MapLook("/v1/erasures/{erasure}", ErasureAsync);
        routes.MapPost("/v1/users/{user}/unlock", "unlock", UnlockAsync);
        routes.MapPost("/v1/unlock", "unlock address", UnlockAddressAsync);
    }

    private async Task ListAsync(HttpContext context)
    {
        var limit = RequestReader.Limit(context);
        var page = await accounts.ListAsync(RequestReader.After(context) ?? "", limit + 1);
        await context.Response.WriteAsJsonAsync(
            new UserPage([.. page.Take(limit).Select(Describe)], page.Count > limit ? page[limit - 1].Account.Username : null),
            UserJson.Default.UserPage);
    }

    private async Task FindAsync(HttpContext context)
    {
        var user = RequestReader.User(context);
        var found = await accounts.FindAsync(user) ?? throw NoSuchUser(user);
        await context.Response.WriteAsJsonAsync(Describe(found), UserJson.Default.UserEntry);
    }

    private async Task AddAsync(HttpContext context)
    {
        var request = await RequestReader.ReadAsync(context, UserJson.Default.NewUserRequest);
        var user = RequestReader.User(context, request.User);
        await FinishAsync(context, user, await accounts.AddAsync(user, Acceptable(request.Password)));
    }

    private async Task SetPasswordAsync(HttpContext context)
    {
        var user = RequestReader.User(context);
        var request = await RequestReader.ReadAsync(context, UserJson.Default.PasswordRequest);
        await FinishAsync(context, user, await accounts.SetPasswordAsync(user, Acceptable(request.Password)));
    }

    private static async Task ChangeAsync(HttpContext context, Func<UserName, Task<AccountChangeOutcome>> change)
    {
        var user = RequestReader.User(context);
        await FinishAsync(context, user, await change(user));
    }

    /// <summary>Streams everything about a person from the log: any length, in little memory.</summary>
    private async Task ExportAsync(HttpContext context)
    {
        var user = RequestReader.User(context);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(
            context.RequestAborted, context.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping);
        context.Response.ContentType = "application/json; charset=utf-8";
        // Reads the file and waits for whoever takes it: neither is for the pool.
        var isThere = await Task.Factory.StartNew(
            () => database.ExportAccount(user.ToString(), context.Response.Body, time.GetUtcNow().ToUnixTimeSeconds(), ended.Token),
            ended.Token,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        if (!isThere)
            throw NoSuchUser(user);
    }

    private async Task EraseAsync(HttpContext context)
    {
        var user = RequestReader.User(context);
        var (outcome, erasure) = await accounts.EraseAsync(user);
        if (outcome != AccountChangeOutcome.Done)
            throw Refusal(user, outcome);
        context.Response.StatusCode = StatusCodes.Status202Accepted;
        await context.Response.WriteAsJsonAsync(new ErasureReply(erasure, Pending: true), UserJson.Default.ErasureReply);
    }

    private async Task ErasureAsync(HttpContext context)
    {
        if (!long.TryParse((string?)context.Request.RouteValues["erasure"], CultureInfo.InvariantCulture, out var erasure))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        await context.Response.WriteAsJsonAsync(
            new ErasureReply(erasure, await accounts.IsErasurePendingAsync(erasure)), UserJson.Default.ErasureReply);
    }

    private static Task FinishAsync(HttpContext context, UserName user, AccountChangeOutcome outcome)
    {
        if (outcome != AccountChangeOutcome.Done)
            throw Refusal(user, outcome);
        return context.Response.WriteAsJsonAsync(new UserDone(user.ToString()), UserJson.Default.UserDone);
    }

    private Task UnlockAsync(HttpContext context)
    {
        var user = RequestReader.User(context);
        var wasThrottled = accounts.Unlock(user);
        return context.Response.WriteAsJsonAsync(new UnlockReply(wasThrottled), UserJson.Default.UnlockReply);
    }

    private async Task UnlockAddressAsync(HttpContext context)
    {
        var request = await RequestReader.ReadAsync(context, UserJson.Default.AddressRequest);
        if (!IPAddress.TryParse(request.Address, out var address))
            throw new RequestRefusedException(400, "invalid_address", $"'{request.Address}' is no IP address.");
        AdministrationAudit.About(context, address.ToString());
        var wasThrottled = accounts.Unlock(address);
        await context.Response.WriteAsJsonAsync(new UnlockReply(wasThrottled), UserJson.Default.UnlockReply);
    }

    private static string Acceptable(string? password) =>
        PasswordRule.Refuse(password ?? "") is { } refusal ? throw InvalidPassword(refusal) : password!;

    private static RequestRefusedException InvalidPassword(string why) => new(400, "invalid_password", why);

    private static UserEntry Describe((AccountDetails Account, bool IsOnline) info) => new(
        info.Account.Username,
        ContractValues.Word(info.Account.Status),
        info.IsOnline,
        info.Account.HasPassword,
        info.Account.CreatedAt == 0 ? null : ContractValues.Time(info.Account.CreatedAt));

    private static RequestRefusedException Refusal(UserName user, AccountChangeOutcome outcome) => outcome switch
    {
        AccountChangeOutcome.NoSuchUser => NoSuchUser(user),
        AccountChangeOutcome.NameTaken => new(409, "name_taken", $"There is a user {user} already, or was: a deleted user keeps the name."),
        AccountChangeOutcome.IsDeleted => new(409, "user_deleted", $"{user} is deleted, which is for good."),
        AccountChangeOutcome.PasswordRefused => InvalidPassword(PasswordRule.Words),
        AccountChangeOutcome.Busy => new(503, "busy", "Too many passwords wait to be hashed: try again."),
        _ => new(503, "storage", "It could not be stored, and nothing has changed; the server's log says why."),
    };

    private static RequestRefusedException NoSuchUser(UserName user) => new(404, "no_such_user", $"There is no user {user}.");
}

/// <summary>Accounts.</summary>
/// <param name="Users">In the order of their names' bytes.</param>
/// <param name="Next">What <c>after</c> has to be for the next page; null where this is the last.</param>
internal sealed record UserPage(IReadOnlyList<UserEntry> Users, string? Next);

/// <summary>One account.</summary>
/// <param name="User">Its name.</param>
/// <param name="Status"><c>active</c>, <c>suspended</c> or <c>deleted</c>.</param>
/// <param name="Online">Whether its user is connected.</param>
/// <param name="HasPassword">Whether any password lets somebody in; not so where only messages of the original server name it.</param>
/// <param name="CreatedAt">UTC; null where it is not known.</param>
internal sealed record UserEntry(string User, string Status, bool Online, bool HasPassword, DateTime? CreatedAt);

/// <summary>Asks for an account.</summary>
internal sealed record NewUserRequest(string? User, string? Password);

/// <summary>Asks for another password.</summary>
internal sealed record PasswordRequest(string? Password);

/// <summary>What was asked for a user is done and stored.</summary>
internal sealed record UserDone(string User);

/// <summary>An erasure that was ordered.</summary>
/// <param name="Erasure">Its number, for <c>/v1/erasures/…</c>.</param>
/// <param name="Pending">Whether it goes on; once it does not, everything has left the file.</param>
internal sealed record ErasureReply(long Erasure, bool Pending);

/// <summary>Asks to let an address log in again.</summary>
internal sealed record AddressRequest(string? Address);

/// <summary>Whether the name or address had to wait.</summary>
internal sealed record UnlockReply(bool WasThrottled);

/// <summary>The JSON of users. Names are added and never changed within <c>/v1</c>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(UserPage))]
[JsonSerializable(typeof(UserEntry))]
[JsonSerializable(typeof(NewUserRequest))]
[JsonSerializable(typeof(PasswordRequest))]
[JsonSerializable(typeof(UserDone))]
[JsonSerializable(typeof(ErasureReply))]
[JsonSerializable(typeof(UnlockReply))]
[JsonSerializable(typeof(AddressRequest))]
internal sealed partial class UserJson : JsonSerializerContext;
