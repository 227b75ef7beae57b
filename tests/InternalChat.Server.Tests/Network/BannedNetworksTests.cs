using System.Net;
using System.Net.Sockets;
using InternalChat.Server.Network.Bans;
using InternalChat.TestKit;
using Microsoft.Extensions.Time.Testing;

namespace InternalChat.Server.Tests.Network;

/// <summary>
/// "Bans: kept over a restart, never matching a trusted proxy's network; a clock that is set back makes one last longer by a bounded time."
/// </summary>
public sealed class BannedNetworksTests : IDisposable
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly IPNetwork Network = IPNetwork.Parse("192.0.2.0/24");

    private readonly TemporaryFolder _folder = new();
    private readonly LinesLogger _logger = new();
    private readonly List<BannedNetworks> _opened = [];
    private SetClock _time = new(new DateTimeOffset(2026, 11, 30, 12, 0, 0, TimeSpan.Zero));
    private int _sweeps;

    private string FilePath => _folder.File("chat.db.bans");

    public void Dispose()
    {
        _opened.ForEach(static bans => bans.Dispose());
        _folder.Dispose();
    }

    [Theory]
    [InlineData("192.0.2.7", "192.0.2.7", true)]
    [InlineData("192.0.2.7", "192.0.2.8", false)]
    [InlineData("192.0.2.7", "::ffff:192.0.2.7", true)]
    [InlineData("192.0.2.0/25", "192.0.2.127", true)]
    [InlineData("192.0.2.0/25", "192.0.2.128", false)]
    [InlineData("10.0.0.0/8", "10.255.255.255", true)]
    [InlineData("2001:db8::/32", "2001:db8:ffff::1", true)]
    [InlineData("2001:db8::/32", "2001:db9::1", false)]
    [InlineData("2001:db8::1", "2001:db8::ffff:1", true)]
    [InlineData("2001:db8::1:0/112", "2001:db8::2", true)]
    [InlineData("2001:db8::1", "2001:db8:0:1::1", false)]
    [InlineData("fe80::/64", "fe80::7%3", true)]
    public void Who_is_in_the_network_is_banned_and_nobody_else(string network, string address, bool isBanned)
    {
        var bans = Open();
        Add(bans, "198.51.100.0/24");
        Add(bans, "2001:db8:ffff:ffff::/64");
        Assert.Null(Add(bans, network).Refusal);
        Assert.Equal(isBanned, bans.Covers(new IPEndPoint(IPAddress.Parse(address), 1)));
    }

    [Theory]
    [InlineData("0.0.0.0/0")]
    [InlineData("0.0.0.0/7")]
    [InlineData("::/0")]
    [InlineData("2000::/3")]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.0/8")]
    [InlineData("::1")]
    [InlineData("::/64")]
    [InlineData("10.1.2.3")]
    [InlineData("10.0.0.0/8")]
    [InlineData("10.1.0.0/16")]
    [InlineData("2001:db8:1::7")]
    [InlineData("2001:db8::/32")]
    public void Everybody_this_machine_and_trusted_proxies_are_not_banned(string network)
    {
        var bans = Open("10.1.2.0/24", "2001:db8:1::/48");
        var result = Add(bans, network);
        Assert.NotNull(result.Refusal);
        Assert.DoesNotContain('\n', result.Refusal);
        Assert.Empty(bans.List());
    }

    [Fact]
    public void A_unix_socket_is_never_banned() =>
        Assert.False(Open().Covers(new UnixDomainSocketEndPoint(_folder.File("chat.sock"))));

    [Fact]
    public void A_ban_ends_after_its_time_whatever_the_clock_says()
    {
        var bans = Open();
        bans.Add(Network, Hour);
        _time.SetAhead(-TimeSpan.FromDays(400));
        _time.Advance(Hour - Minute);
        Assert.True(bans.Covers(Network.BaseAddress));
        _time.Advance(Minute);
        Assert.False(bans.Covers(Network.BaseAddress));
        Assert.Empty(bans.List());
    }

    [Fact]
    public void A_clock_that_jumps_ahead_ends_no_ban_of_a_server_that_runs()
    {
        var bans = Open();
        bans.Add(Network, Hour);
        _time.SetAhead(TimeSpan.FromDays(400));
        _time.Advance(Hour - Minute);
        Assert.True(bans.Covers(Network.BaseAddress));
    }

    [Fact]
    public void Bans_are_there_after_a_restart_with_the_time_that_is_left()
    {
        var bans = Open();
        bans.Add(Network, Hour);
        Add(bans, "2001:db8::/64");
        Restart(off: Minute);
        bans = Open();
        Assert.Equal([Hour - Minute, null], bans.List().OrderBy(static ban => ban.Remaining is null).Select(static ban => ban.Remaining));
        Assert.True(bans.Covers(IPAddress.Parse("2001:db8::1")));
        Restart(off: Hour);
        Assert.Equal("2001:db8::/64", Assert.Single(Open().List()).Network.ToString());
    }

    [Fact]
    public void A_clock_that_is_set_back_before_each_start_does_not_prolong_a_ban_for_ever()
    {
        Open().Add(Network, Hour);
        // Killed each time: nothing is written at the end.
        for (var run = 0; run < 4; run++)
        {
            _time.Advance(Minute * 15);
            Restart(off: -TimeSpan.FromDays(400), isKilled: true);
            Open();
        }

        Assert.False(Open().Covers(Network.BaseAddress));
    }

    [Fact]
    public void Who_comes_in_while_a_network_is_being_banned_is_met_within_a_minute()
    {
        var bans = Open();
        Assert.Equal(0, _sweeps);
        bans.Add(Network, length: null);
        Assert.Equal(1, _sweeps);
        _time.Advance(Minute);
        Assert.Equal(2, _sweeps);
        bans.Remove(Network);
        _time.Advance(Minute);
        Assert.Equal(2, _sweeps);
    }

    [Fact]
    public void A_damaged_file_costs_its_damaged_lines_is_told_and_kept()
    {
        Open().Add(Network, length: null);
        Restart(off: Minute);
        var text = File.ReadAllText(FilePath) + "198.51.100.0/24 yesterday - -\n\0\n";
        File.WriteAllText(FilePath, text);
        Assert.True(Open().Covers(Network.BaseAddress));
        Assert.Contains("2 of its 3 lines are damaged; 1 are in force", Assert.Single(_logger.Lines), StringComparison.Ordinal);
        Assert.Contains(FilePath + ".damaged", _logger.Lines[0], StringComparison.Ordinal);
        Assert.Equal(text, File.ReadAllText(FilePath + ".damaged"));
        Restart(off: Minute);
        Assert.True(Open().Covers(Network.BaseAddress));
        Assert.Single(_logger.Lines);
    }

    [Fact]
    public void What_is_no_file_stops_no_start_and_is_told()
    {
        Directory.CreateDirectory(Path.Combine(FilePath, "full"));
        var bans = Open();
        Assert.Equal(2, _logger.Lines.Count);
        Assert.Contains("is a folder", _logger.Lines[0], StringComparison.Ordinal);
        // Told to the operator, in force all the same, and written down as soon as that is possible.
        Assert.NotNull(Add(bans, "192.0.2.0/24").NotKept);
        Assert.True(bans.Covers(Network.BaseAddress));
        Directory.Delete(FilePath, recursive: true);
        _time.Advance(Minute);
        Assert.Contains("192.0.2.0/24", File.ReadAllText(FilePath), StringComparison.Ordinal);
    }

    [Fact]
    public void A_ban_of_what_the_settings_trust_by_now_is_lifted_at_the_start_and_by_a_reload()
    {
        Open().Add(Network, length: null);
        Restart(off: Minute);
        Assert.Empty(Open("192.0.2.7/32").List());
        Assert.Contains("192.0.2.0/24 is lifted", Assert.Single(_logger.Lines), StringComparison.Ordinal);

        var bans = Open();
        bans.Add(Network, length: null);
        bans.Trust([IPNetwork.Parse("198.51.100.0/24")]);
        Assert.Single(bans.List());
        bans.Trust([IPNetwork.Parse("192.0.2.7/32")]);
        Assert.False(bans.Covers(Network.BaseAddress));
        Assert.Equal(2, _logger.Lines.Count);
    }

    [Fact]
    public void Everybody_does_not_come_in_through_the_file_either()
    {
        File.WriteAllText(FilePath, "0.0.0.0/0 2026-11-30T12:00:00Z - -\n");
        Assert.Empty(Open().List());
        Assert.Single(_logger.Lines);
    }

    [Fact]
    public void There_is_a_most_of_bans_and_each_of_them_can_get_another_end()
    {
        File.WriteAllLines(FilePath, Enumerable.Range(0, BannedNetworks.MaxBans).Select(
            static number => $"192.{number >> 8}.{number & 255}.1/32 2026-11-30T12:00:00Z - -"));
        var bans = Open();
        Assert.Equal(BannedNetworks.MaxBans, bans.List().Count);
        Assert.NotNull(Add(bans, "198.51.100.1").Refusal);
        Assert.Null(bans.Add(IPNetwork.Parse("192.0.1.1/32"), Hour).Refusal);
        Assert.NotNull(bans.Remove(IPNetwork.Parse("192.0.2.1/32")));
        Assert.Null(bans.Remove(IPNetwork.Parse("192.0.2.1/32")));
        Assert.Null(Add(bans, "198.51.100.1").Refusal);
    }

    private static BanResult Add(BannedNetworks bans, string network) => bans.Add(
        BannedNetworks.Widen(IPNetwork.Parse(network.Contains('/', StringComparison.Ordinal) ? network
            : network + (network.Contains(':', StringComparison.Ordinal) ? "/128" : "/32"))),
        length: null);

    private BannedNetworks Open(params string[] proxies)
    {
        var bans = new BannedNetworks(
            new BanFile(FilePath),
            [.. proxies.Select(IPNetwork.Parse)],
            _ =>
            {
                _sweeps++;
                return 0;
            },
            _time,
            _logger);
        _opened.Add(bans);
        return bans;
    }

    /// <summary>Ends the server, and has the next one begin with its own clock that nobody sets, as a process does.</summary>
    private void Restart(TimeSpan off, bool isKilled = false)
    {
        var kept = File.ReadAllText(FilePath);
        _opened.ForEach(static bans => bans.Dispose());
        _opened.Clear();
        if (isKilled)
            File.WriteAllText(FilePath, kept);
        _time = new SetClock(_time.GetUtcNow() + off);
    }

    /// <summary>A clock that somebody sets, beside one that nobody does.</summary>
    private sealed class SetClock(DateTimeOffset now) : FakeTimeProvider(now)
    {
        private TimeSpan _ahead;

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + _ahead;

        public override long GetTimestamp() => base.GetUtcNow().Ticks;

        public void SetAhead(TimeSpan by) => _ahead += by;
    }
}
