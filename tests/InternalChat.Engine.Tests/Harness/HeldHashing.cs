using Microsoft.Extensions.Time.Testing;

namespace InternalChat.Engine.Tests.Harness;

/// <summary>
/// A clock at which the hashing threads wait while they are held: each looks at it before it takes a password up. So a test has them
/// busy for as long as it likes, however fast the machine is.
/// </summary>
internal sealed class HeldHashing : FakeTimeProvider
{
    private readonly object _gate = new();
    private bool _isHeld;
    private int _held;

    /// <summary>
    /// Has every thread take up a login of a name without an account, and stop there; so many more wait behind them. They go on when the
    /// result is disposed of.
    /// </summary>
    public async Task<IDisposable> Hold(TestServer server, int waiting = 0)
    {
        Hold(true);
        var threads = Math.Clamp(Environment.ProcessorCount - 1, 1, 32);
        for (var login = 1; login <= threads + waiting; login++)
        {
            var (held, expected) = (Math.Min(login, threads), Math.Max(0, login - threads));
            server.Connect().Send($"AUTH filler{login} password");
            await Phase.Until(
                () => Volatile.Read(ref _held) == held && server.Engine.WaitingLogins == expected, "the hashing threads have the login");
        }

        return new Release(this);
    }

    public override long GetTimestamp()
    {
        if (Thread.CurrentThread.Name == "chat hashing")
            Wait();
        return base.GetTimestamp();
    }

    private void Wait()
    {
        lock (_gate)
        {
            _held += _isHeld ? 1 : 0;
            while (_isHeld)
                Monitor.Wait(_gate);
        }
    }

    private void Hold(bool isHeld)
    {
        lock (_gate)
        {
            _isHeld = isHeld;
            Monitor.PulseAll(_gate);
        }
    }

    private sealed class Release(HeldHashing hashing) : IDisposable
    {
        public void Dispose() => hashing.Hold(false);
    }
}
