using System.Net;
using InternalChat.TestKit.Processes;
using InternalChat.TestKit.Sockets;

namespace InternalChat.EndToEnd.Tests.Hostile;

/// <summary>A server behind a proxy, whose database has those who attack it and those whom it is there for.</summary>
internal static class AttackedServer
{
    /// <summary>Where the two who chat are; no attacker is.</summary>
    public static readonly IPAddress HealthyNetwork = IPAddress.Parse("192.0.2.1");

    /// <summary>Attackers who have an account.</summary>
    public static IEnumerable<string> UsersWhoAttack =>
        from kind in Enum.GetValues<AttackKind>()
        where kind is not (AttackKind.RegistersAndCloses or AttackKind.SaysNothing or AttackKind.SendsHalfALine)
        from number in Enumerable.Range(0, Attack.Attackers)
        select Attack.NameOf(kind, number);

    /// <summary>Makes the database with everybody in it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="others">Accounts beside them, which make LIST long.</param>
    /// <param name="pairs">How many <see cref="HealthyPair"/> chat.</param>
    public static void Prepare(string path, int others, int pairs = 1)
    {
        using var database = new PreparedDatabase(path);
        database.AddUsers(["carol", "archive", .. UsersWhoAttack]);
        database.AddOthers(others);
        foreach (var (alice, bob) in Enumerable.Range(0, pairs).Select(HealthyPair.NamesOf))
        {
            database.AddUsers(alice, bob);
            database.AddConversation(alice, bob, 200);
        }

        for (var number = 0; number < Attack.Attackers; number++)
        {
            database.AddUsers($"absent-{number}", $"feeder-{number}");
            database.AddConversation(Attack.NameOf(AttackKind.ReadsHistory, number), "archive", 200);
        }
    }

    /// <summary>How to start it on such a database: with all settings as they are by default, but for what a flag says.</summary>
    public static ServerLaunch On(string path, params string[] flags) => ServerLaunch.Defaults(
        ["--proxy-protocol", "127.0.0.1", "--password-iterations", "1000", .. Watcher.Flags, .. flags])
        with
    { DatabasePath = path };

    /// <summary>A connection that the proxy says is from there.</summary>
    public static RawClientOptions From(IPAddress network, ServerProcess server) =>
        new() { Preamble = ProxyHeaders.Text(new IPEndPoint(network, 50_000), server.EndPoint) };
}
