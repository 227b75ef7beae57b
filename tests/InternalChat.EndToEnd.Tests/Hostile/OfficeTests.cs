using System.Diagnostics;
using System.Globalization;
using System.Net;
using InternalChat.TestKit;
using InternalChat.TestKit.Processes;
using InternalChat.TestKit.Sockets;

namespace InternalChat.EndToEnd.Tests.Hostile;

/// <summary>
/// An office behind one address, where everybody comes at nine o'clock, notices none of the limits that are there for attackers. All
/// settings are the defaults, but for cheap hashes and the proxy that says where the office is.
/// </summary>
public sealed class OfficeTests(ITestOutputHelper output) : EndToEndTest
{
    private const int People = 500;

    // Who comes in when somebody else has been let in: at any moment as many stand at the door.
    private const int AtTheDoor = 100;

    private static readonly IPAddress Office = IPAddress.Parse("203.0.113.7");

    [Fact]
    public async Task Five_hundred_people_who_come_to_the_office_at_once_are_let_in_and_chat()
    {
        var server = await ServerAtNineAsync(employees: People);
        var begun = Stopwatch.GetTimestamp();
        var clients = new RawClient[People];
        await ForEachAsync(People, async person => clients[person] = await ComeInAsync(server, person, NameOf((person + 1) % People)));
        output.WriteLine($"in after {Stopwatch.GetElapsedTime(begun).TotalSeconds:0.0} s");
        await ForEachAsync(People, person => ChatAsync(clients, person));

        var metrics = await Own(await Watcher.OfAsync(server)).MetricsAsync();
        var mistakes = Enumerable.Range(0, People).Sum(MistakesOf);
        var refusals = metrics.Samples.Where(static sample => sample.Value > 0 && (
            sample.Key.StartsWith("internalchat_errors_total", StringComparison.Ordinal)
            || sample.Key.StartsWith("internalchat_connection_closed_total", StringComparison.Ordinal)
            || sample.Key.StartsWith("internalchat_connection_refused_total", StringComparison.Ordinal)));
        Assert.Equal([KeyValuePair.Create("""internalchat_errors_total{error_type="AUTH_FAILED"}""", (double)mistakes)], refusals);
    }

    [Fact]
    public async Task On_the_first_day_of_half_the_office_the_other_half_is_let_in()
    {
        const int known = People / 2;
        var server = await ServerAtNineAsync(employees: known);
        var answers = new string[People];
        await ForEachAsync(People, async person =>
        {
            if (person % 2 == 0)
                await ComeInAsync(server, person / 2, NameOf(((person / 2) + 1) % known));
            else
                answers[person] = await (await ConnectAsync(server, FromTheOffice(server))).AskAsync(AuthOf(known + (person / 2)));
        });
        foreach (var answer in answers.Where(static answer => answer is not null).CountBy(static answer => answer))
            output.WriteLine($"{answer.Value} of {People - known} new ones: {answer.Key}");
    }

    /// <summary>A server on which so many have an account and have logged in from the office on another day.</summary>
    private async Task<ServerProcess> ServerAtNineAsync(int employees)
    {
        var path = NewFolder().File("chat.db");
        using (var database = new PreparedDatabase(path))
        {
            database.AddUsers(Enumerable.Range(0, employees).Select(NameOf));
            for (var person = 0; person < employees; person++)
                database.AddConversation(NameOf((person + 1) % employees), NameOf(person), 20);
        }

        string[] flags = ["--proxy-protocol", "127.0.0.1", "--password-iterations", "1000", .. Watcher.Flags];
        var yesterday = await StartServerAsync(ServerLaunch.Defaults(flags) with { DatabasePath = path });
        await ForEachAsync(employees, async person =>
        {
            await using var client = await yesterday.LoginAsync(NameOf(person), FromTheOffice(yesterday));
            await client.LeaveAsync();
        });
        await yesterday.TerminateAsync();
        return await StartServerAsync(ServerLaunch.Defaults(flags) with { DatabasePath = path, Secrets = yesterday.Secrets });
    }

    /// <summary>Logs in, if not at the first try, and looks who is there and what was said yesterday.</summary>
    private async Task<RawClient> ComeInAsync(ServerProcess server, int person, string colleague)
    {
        var client = await ConnectAsync(server, FromTheOffice(server));
        for (var mistake = 0; mistake < MistakesOf(person); mistake++)
            await client.ExpectErrorAsync($"AUTH {NameOf(person)} mistyped-{mistake}", "AUTH_FAILED");
        Assert.Equal("OK authenticated", await client.LoginAsync(NameOf(person)));
        await client.SendAsync("LIST", "PING");
        Assert.Contains(NameOf(person), await client.ReadReplyAsync("waiting for who is online"), StringComparison.Ordinal);
        Assert.StartsWith("INFO known: ", await client.ReadReplyAsync("waiting for who is known"), StringComparison.Ordinal);
        await client.ExpectAsync("PONG");
        Assert.Equal(20, (await client.HistoryAsync(colleague)).Count);
        return client;
    }

    /// <summary>Writes to a colleague, and hears from another.</summary>
    private static async Task ChatAsync(RawClient[] clients, int person)
    {
        var colleague = NameOf((person + 1) % People);
        await clients[person].TellAsync(colleague, $"good morning, {colleague}");
        var from = await clients[person].ReadFromAsync(NameOf((person + People - 1) % People));
        Assert.Equal($"good morning, {NameOf(person)}", ServerFrame.BodyOf(from));
        await clients[person].ExpectAliveAsync();
    }

    private static int MistakesOf(int person) => person % 20 == 0 ? 2 : person % 5 == 0 ? 1 : 0;

    private static string AuthOf(int person) => $"AUTH {NameOf(person)} {UniqueName.PasswordOf(NameOf(person))}";

    private static string NameOf(int person) => string.Create(CultureInfo.InvariantCulture, $"person-{person}");

    private static RawClientOptions FromTheOffice(ServerProcess server) => AttackedServer.From(Office, server);

    private static Task ForEachAsync(int count, Func<int, Task> act) => Parallel.ForEachAsync(
        Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = AtTheDoor }, async (person, _) => await act(person));
}
