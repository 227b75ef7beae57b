using InternalChat.Server.Network.Transport;
using Microsoft.Extensions.Time.Testing;

namespace InternalChat.Server.Tests.Network.Transport;

public sealed class AcceptPacingTests
{
    private const int PerSecond = 4_000;

    private readonly FakeTimeProvider _time = new();
    private readonly AcceptPacing _pacing;

    public AcceptPacingTests() => _pacing = new AcceptPacing(PerSecond, _time);

    [Fact]
    public async Task Who_comes_alone_does_not_wait()
    {
        for (var connection = 0; connection < 1_000; connection++)
        {
            Assert.True(_pacing.WaitAsync(TestContext.Current.CancellationToken).AsTask().IsCompletedSuccessfully);
            _pacing.Accepted();
            _time.Advance(TimeSpan.FromSeconds(1) / PerSecond);
        }

        // It has cost nothing of what those who come together may take.
        Assert.Equal(await TakeAllAsync(new AcceptPacing(PerSecond, _time)), await TakeAllAsync(_pacing), tolerance: 1);
    }

    [Fact]
    public async Task Of_those_who_come_at_once_a_hundredth_of_a_seconds_worth_is_taken_and_the_rest_at_the_pace()
    {
        Assert.Equal(PerSecond / 100, await TakeAllAsync(_pacing), tolerance: 1);
        var taken = 0;
        // A timer that is as late as those of many kernels.
        for (var late = 0; late < 250; late++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(4));
            taken += await TakeAllAsync(_pacing);
        }

        Assert.Equal(PerSecond, taken, tolerance: 1);
    }

    [Fact]
    public async Task A_quiet_hour_is_not_saved_up()
    {
        var atOnce = await TakeAllAsync(_pacing);
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(atOnce, await TakeAllAsync(_pacing), tolerance: 1);
    }

    [Fact]
    public async Task A_wait_ends_when_its_turn_has_come_or_it_is_no_longer_wanted()
    {
        await TakeAllAsync(_pacing);
        using var unbound = new CancellationTokenSource();
        var wait = _pacing.WaitAsync(TestContext.Current.CancellationToken).AsTask();
        var unwanted = _pacing.WaitAsync(unbound.Token).AsTask();
        Assert.False(wait.IsCompleted);
        await unbound.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => unwanted);
        _time.Advance(TimeSpan.FromMilliseconds(2));
        await wait;
    }

    private static async Task<int> TakeAllAsync(AcceptPacing pacing)
    {
        using var none = new CancellationTokenSource();
        for (var taken = 0; ; taken++)
        {
            var wait = pacing.WaitAsync(none.Token).AsTask();
            if (!wait.IsCompletedSuccessfully)
            {
                await none.CancelAsync();
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait);
                return taken;
            }

            pacing.Accepted();
        }
    }
}
