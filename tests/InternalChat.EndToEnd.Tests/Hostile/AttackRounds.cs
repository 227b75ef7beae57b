using System.Text;

namespace InternalChat.EndToEnd.Tests.Hostile;

/// <summary>What an attacker of each kind does on one connection, or on one after the other.</summary>
internal static class AttackRounds
{
    /// <summary>15 KB of them.</summary>
    public const int ListsInARound = 3_000;

    /// <summary>As <c>--reading-limit</c> counts them: each message, and ten for the command.</summary>
    public const int LinesOfAHistory = 210;

    public const int MessagesInARound = 50;

    /// <summary>What a user who does not read is sent: with the kernel's buffers more than the server keeps in memory.</summary>
    public const int MessagesOfAFeeder = 100;

    public const int LongMessagesInARound = 10;

    private const int SmallReceiveBuffer = 65_536;

    private static readonly byte[] Lists = Repeat("LIST\n", ListsInARound);
    private static readonly byte[] History = "HISTORY archive 200\nPING\n"u8.ToArray();

    /// <summary>Ends with the connection; throws where it breaks.</summary>
    public static Task GoAsync(Attack attack, int number) => attack.Kind switch
    {
        AttackKind.ListsAndResets => ListAndResetAsync(attack, number),
        AttackKind.RegistersAndCloses => RegisterAndCloseAsync(attack),
        AttackKind.SaysNothing => WaitToBeCutAsync(attack, said: ""),
        AttackKind.SendsHalfALine => WaitToBeCutAsync(attack, said: "AUTH half-a-"),
        AttackKind.ReadsHistory => AskWithoutPauseAsync(attack, number, History),
        AttackKind.DoesNotReadLists => ListUnreadAsync(attack, number),
        AttackKind.Polls => PollAsync(attack, number),
        AttackKind.WritesToTheAbsent => AskWithoutPauseAsync(attack, number, Messages($"absent-{number}", MessagesInARound, 100)),
        AttackKind.DoesNotReadMessages => GetUnreadAsync(attack, number),
        _ => throw new ArgumentOutOfRangeException(nameof(attack)),
    };

    private static async Task ListAndResetAsync(Attack attack, int number)
    {
        using var client = await LogInAsync(attack, number);
        await client.SendAsync(Lists);
        attack.Count();
    }

    private static async Task RegisterAndCloseAsync(Attack attack)
    {
        using var client = await attack.ConnectAsync();
        var count = attack.Count();
        await client.SendAsync(HostileClient.AuthLine($"dead-{count}"));
        if (count % 2 == 0)
            client.Close();
    }

    private static async Task WaitToBeCutAsync(Attack attack, string said)
    {
        using var client = await attack.ConnectAsync();
        await client.SendAsync(said);
        attack.Count();
        await client.ReadToEndAsync();
    }

    private static async Task AskWithoutPauseAsync(Attack attack, int number, byte[] commands)
    {
        using var client = await LogInAsync(attack, number);
        while (await client.AskAsync(commands))
            attack.Count();
    }

    private static async Task ListUnreadAsync(Attack attack, int number)
    {
        using var client = await LogInAsync(attack, number, SmallReceiveBuffer);
        // More than all buffers hold of the answers, but not so much that the kernel's are filled with commands.
        for (var round = 0; round < 3; round++)
        {
            await client.SendAsync(Lists);
            attack.Count();
        }

        await Task.Delay(Timeout.Infinite, attack.Stopped);
    }

    private static async Task PollAsync(Attack attack, int number)
    {
        using var client = await attack.ConnectAsync();
        await client.SendAsync(HostileClient.AuthLine(Attack.NameOf(attack.Kind, number)) + "PING\nQUIT\n");
        await client.ReadToEndAsync();
        client.Close();
        attack.Count();
    }

    private static async Task GetUnreadAsync(Attack attack, int number)
    {
        using var deaf = await LogInAsync(attack, number, SmallReceiveBuffer);
        using var feeder = await attack.ConnectAsync();
        if (!await feeder.TryLogInAsync($"feeder-{number}"))
            throw new IOException("The login was refused.");
        for (var sent = 0; sent < MessagesOfAFeeder; sent += LongMessagesInARound)
        {
            await feeder.AskAsync(Messages(Attack.NameOf(attack.Kind, number), LongMessagesInARound, 4_000));
            attack.Count();
        }

        await Task.Delay(Timeout.Infinite, attack.Stopped);
    }

    private static async Task<HostileClient> LogInAsync(Attack attack, int number, int? receiveBufferBytes = null)
    {
        var client = await attack.ConnectAsync(receiveBufferBytes);
        try
        {
            if (await client.TryLogInAsync(Attack.NameOf(attack.Kind, number)))
                return client;
            throw new IOException("The login was refused.");
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    private static byte[] Messages(string recipient, int count, int bytes) =>
        [.. Repeat($"MSG {recipient} {new string('x', bytes)}\n", count), .. "PING\n"u8];

    private static byte[] Repeat(string line, int count) =>
        Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(line, count)));
}
