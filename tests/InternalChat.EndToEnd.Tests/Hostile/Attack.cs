using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace InternalChat.EndToEnd.Tests.Hostile;

/// <summary>
/// One kind of attack: 50 at once, all from one network, each again and again until they are stopped. On Linux whoever else needs the
/// processor goes first, so that what others wait for is the server and not the attackers.
/// </summary>
/// <param name="kind">What they do.</param>
/// <param name="server">A listener for proxies.</param>
internal sealed class Attack(AttackKind kind, IPEndPoint server) : IAsyncDisposable
{
    public const int Attackers = 50;

    private readonly CancellationTokenSource _stop = new();
    private readonly IPAddress _network = IPAddress.Parse($"198.51.100.{1 + (int)kind}");
    private Task _attacking = Task.CompletedTask;
    private long _rounds;
    private long _failures;

    public AttackKind Kind => kind;

    /// <summary>Connections made, batches of commands sent, or answered: what the kind repeats.</summary>
    public long Rounds => Volatile.Read(ref _rounds);

    public CancellationToken Stopped => _stop.Token;

    /// <summary>The user as whom an attacker logs in.</summary>
    public static string NameOf(AttackKind kind, int number) => string.Create(CultureInfo.InvariantCulture, $"{kind}-{number}");

    public void Begin() =>
        _attacking = Task.WhenAll(Enumerable.Range(0, Attackers).Select(number => Task.Run(() => RepeatAsync(number))));

    /// <summary>Ends every connection with a reset.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _attacking;
    }

    public Task<HostileClient> ConnectAsync(int? receiveBufferBytes = null) =>
        HostileClient.ConnectAsync(server, _network, _stop.Token, receiveBufferBytes);

    /// <summary>Takes note of one round, and says which one of all it is.</summary>
    public long Count()
    {
        Niceness.Lower();
        return Interlocked.Increment(ref _rounds);
    }

    public override string ToString() => $"{kind}: {Rounds} rounds; {Volatile.Read(ref _failures)} connections broke or were refused";

    public async ValueTask DisposeAsync()
    {
        if (!_stop.IsCancellationRequested)
            await StopAsync();
        _stop.Dispose();
    }

    private async Task RepeatAsync(int number)
    {
        while (!_stop.IsCancellationRequested)
        {
            Niceness.Lower();
            try
            {
                await AttackRounds.GoAsync(this, number);
            }
            catch (OperationCanceledException)
            {
                // Told to stop.
            }
            catch (Exception end) when (end is SocketException or IOException)
            {
                Interlocked.Increment(ref _failures);
            }
        }
    }
}
