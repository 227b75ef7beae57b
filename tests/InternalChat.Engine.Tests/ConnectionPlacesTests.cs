using System.Globalization;
using System.Net;
using InternalChat.Engine.Connections;
using InternalChat.Engine.Options;
using InternalChat.Engine.Tests.Harness;
using Microsoft.Extensions.Time.Testing;

namespace InternalChat.Engine.Tests;

/// <summary>
/// Who may connect when not everybody can: a network is a letter, a connection its letter and a number, and of those who have to
/// give way the names are noted.
/// </summary>
public sealed class ConnectionPlacesTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly CapturingLogger _logger = new();
    private readonly Dictionary<string, Owner> _owners = [];
    private readonly List<string> _gaveWay = [];
    private readonly ConnectionPlaces _places;
    private LiveOptions _options = new();

    public ConnectionPlacesTests() => _places = new ConnectionPlaces(() => _options, _time, _logger);

    [Fact]
    public void A_newcomer_takes_the_place_that_has_been_idle_for_longest_in_the_network_with_most()
    {
        Limit(unauthenticated: 6);
        Come("a1", "b1", "b2", "b3", "c1", "c2");
        Come("d1");
        Assert.Equal(["b1"], _gaveWay);
        // Now b has as many as c, and came first.
        Come("d2");
        Assert.Equal(["b1", "b2"], _gaveWay);
    }

    [Fact]
    public void Who_comes_again_and_again_takes_only_its_own_places()
    {
        Limit(unauthenticated: 4);
        Come("a1", "b1", "b2", "a2");
        for (var connection = 3; connection < 100; connection++)
            Come($"b{connection}");
        Assert.Equal(Enumerable.Range(1, 97).Select(static number => $"b{number}"), _gaveWay);
    }

    [Fact]
    public void Where_every_network_has_one_place_the_oldest_goes()
    {
        Limit(unauthenticated: 3);
        Come("a1", "b1", "c1", "d1", "e1");
        Assert.Equal(["a1", "b1"], _gaveWay);
    }

    [Fact]
    public void Nobody_gives_way_whose_login_is_being_worked_on()
    {
        Limit(unauthenticated: 4);
        Come("a1", "a2", "b1", "b2");
        BeginLogin("a1", "a2", "b2");
        Come("c1");
        Assert.Equal(["b1"], _gaveWay);
        BeginLogin("c1");
        Assert.False(TryCome("d1"));
        Assert.Equal(["b1"], _gaveWay);
        LogIn("a1");
        Come("d1");
    }

    [Fact]
    public void Waiting_logins_do_not_make_a_network_the_one_with_most()
    {
        Limit(unauthenticated: 10);
        Come("a1", "a2", "a3", "a4", "b1", "b2", "c1", "c2", "d1", "d2");
        BeginLogin("a1", "a2", "a3", "a4");
        Come("a5");
        Assert.Equal(["b1"], _gaveWay);
    }

    [Fact]
    public void Who_has_given_way_begins_no_login_and_counts_no_more()
    {
        Limit(unauthenticated: 1);
        Come("a1", "b1");
        Assert.False(_owners["a1"].Place!.TryBeginLogin());
        Assert.Equal((1, 1), (_places.Count, _places.Unauthenticated));
        Leave("a1", "b1", "b1");
        Assert.Equal((0, 0), (_places.Count, _places.Unauthenticated));
    }

    [Fact]
    public void A_network_has_no_more_than_half_and_its_newcomers_take_its_own()
    {
        Limit(unauthenticated: 8);
        Come("a1", "a2", "a3", "a4");
        BeginLogin("a1", "a3");
        Come("a5", "a6", "a7");
        Assert.Equal(["a2", "a4", "a5"], _gaveWay);
        BeginLogin("a6", "a7");
        Assert.False(TryCome("a8"));
        Come("b1", "b2", "b3", "b4");
        Assert.Equal(3, _gaveWay.Count);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.3.2.1")]
    [InlineData("::1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("")]
    [InlineData("192.0.2.7")]
    [InlineData("2001:db8:0:1::7")]
    public void This_machine_peers_without_an_address_and_crowded_networks_may_have_every_place(string address)
    {
        Limit(unauthenticated: 8);
        _options = _options with { CrowdedNetworks = [IPNetwork.Parse("192.0.2.0/24"), IPNetwork.Parse("2001:db8:0:1::/64")] };
        for (var number = 0; number < 8; number++)
            Assert.True(TryCome($"{address} {number}"));
        Assert.Empty(_gaveWay);
        Assert.True(TryCome("a1"));
        Assert.Equal([$"{address} 0"], _gaveWay);
    }

    [Fact]
    public void An_IPv6_site_of_48_bits_is_one_network_but_for_what_is_crowded_in_it()
    {
        Limit(unauthenticated: 4);
        _options = _options with { CrowdedNetworks = [IPNetwork.Parse("2001:db8:0:9::/64")] };
        Come("2001:db8:0:1::1", "2001:db8:0:2::1", "2001:db8:0:3::1");
        Assert.Equal(["2001:db8:0:1::1"], _gaveWay);
        Come("2001:db8:0:9::1", "2001:db8:0:9::2", "2001:db8:1::1");
        Assert.Equal(["2001:db8:0:1::1", "2001:db8:0:2::1"], _gaveWay);
    }

    [Fact]
    public void A_refused_login_keeps_its_place_unless_somebody_was_turned_away_for_it()
    {
        Limit(unauthenticated: 2);
        Come("a1", "b1");
        BeginLogin("a1", "b1");
        Assert.True(Refuse("a1"));
        BeginLogin("a1");
        Assert.False(TryCome("c1"));
        Assert.False(Refuse("a1"));
        Assert.True(Refuse("b1"));
        Come("c1");
        Assert.Empty(_gaveWay);
    }

    [Fact]
    public void Who_was_turned_away_is_forgotten_when_there_is_room_again()
    {
        Limit(unauthenticated: 2);
        Come("a1", "b1");
        BeginLogin("a1", "b1");
        Assert.False(TryCome("c1"));
        Leave("a1");
        Come("c1");
        Assert.True(Refuse("b1"));
    }

    [Fact]
    public void Who_is_not_logged_in_makes_room_also_when_all_connections_are_taken()
    {
        Limit(unauthenticated: 3, connections: 3);
        Come("a1", "b1", "c1");
        LogIn("a1", "b1");
        Come("d1");
        Assert.Equal(["c1"], _gaveWay);
        LogIn("d1");
        Assert.False(TryCome("e1"));
        Assert.Equal((3, 0), (_places.Count, _places.Unauthenticated));
        _places.LeaveLoggedIn(Address("a1"));
        Come("e1");
    }

    [Fact]
    public void Who_may_push_nobody_out_waits_for_no_debt()
    {
        Limit(unauthenticated: 1);
        Come("a1");
        Assert.Null(_places.TryTake(address: null, new Owner(_gaveWay, "proxy"), mayPushOut: false));
        Assert.Empty(_gaveWay);
        BeginLogin("a1");
        Assert.Null(_places.TryTake(address: null, new Owner(_gaveWay, "proxy"), mayPushOut: false));
        Assert.True(Refuse("a1"));
    }

    [Fact]
    public void A_place_that_changes_hands_keeps_its_turn_and_tells_the_new_owner()
    {
        Limit(unauthenticated: 4);
        Come("a1", "a2", "b1", "b2");
        var session = new Owner(_gaveWay, "session");
        Assert.Equal(CloseReason.None, _owners["a1"].Place!.HandTo(session));
        Come("c1");
        Assert.Equal(["session"], _gaveWay);
        Assert.Equal(CloseReason.MadeRoom, _owners["a1"].Place!.HandTo(session));
        _places.Close();
        Assert.Equal(CloseReason.ServerShutdown, _owners["a2"].Place!.HandTo(session));
        Assert.Equal(3, _places.Count);
        Assert.False(TryCome("d1"));
    }

    [Theory]
    [InlineData(int.MaxValue, null, int.MaxValue / 4)]
    [InlineData(19_872, null, 4_968)]
    [InlineData(2_000, null, 1_000)]
    [InlineData(896, null, 896)]
    [InlineData(10_000, 100, 100)]
    [InlineData(50, 100, 50)]
    public void The_share_is_a_quarter_but_at_least_1000_if_the_server_has_so_many(int connections, int? share, int expected) =>
        Assert.Equal(expected, new LiveOptions { MaxConnections = connections, MaxUnauthenticated = share }.Unauthenticated);

    [Fact]
    public void The_log_says_once_a_minute_whose_connections_make_room()
    {
        Limit(unauthenticated: 2);
        Come("a1", "b1", "b2", "c1");
        Assert.Contains("10.0.0.1", Assert.Single(_logger.Lines), StringComparison.Ordinal);
        _time.Advance(TimeSpan.FromMinutes(1));
        Come("d1");
        Assert.Equal(2, _logger.Lines.Count());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Whatever_happens_the_longest_idle_of_the_network_with_most_goes_and_no_other(int seed)
    {
        var random = new Random(seed);
        var idle = new List<string>();
        var waiting = new List<string>();
        Limit(unauthenticated: 40);
        for (var step = 0; step < 5_000; step++)
        {
            var name = (char)('a' + (int)(26 * Math.Pow(random.NextDouble(), 3))) + step.ToString(CultureInfo.InvariantCulture);
            var isFull = idle.Count + waiting.Count == 40;
            var hasHalf = idle.Concat(waiting).Count(other => other[0] == name[0]) == 20;
            var loser = hasHalf ? idle.Find(other => other[0] == name[0]) : isFull ? LongestIdleOfMost(idle, name) : null;
            Assert.Equal(loser is not null || (!hasHalf && !isFull), TryCome(name));
            Assert.Equal(loser, _gaveWay.SingleOrDefault());
            _gaveWay.Clear();
            if (loser is not null)
                idle.Remove(loser);
            if (_owners.ContainsKey(name))
                idle.Add(name);
            for (var move = random.Next(3); move > 0 && idle.Count > 0; move--)
                Move(random, idle, waiting);
        }
    }

    private void Move(Random random, List<string> idle, List<string> waiting)
    {
        var one = idle[random.Next(idle.Count)];
        if (random.Next(4) == 0)
        {
            Leave(one);
            idle.Remove(one);
            return;
        }

        BeginLogin(one);
        idle.Remove(one);
        waiting.Add(one);
        if (random.Next(3) == 0)
            return;
        one = waiting[random.Next(waiting.Count)];
        waiting.Remove(one);
        if (random.Next(2) == 0)
        {
            _owners[one].Place!.LoggedIn();
            Leave(one);
        }
        else if (Refuse(one))
        {
            idle.Add(one);
        }
    }

    private static string? LongestIdleOfMost(List<string> idle, string newcomer) => idle
        .GroupBy(static name => name[0])
        .OrderByDescending(group => group.Count() + (group.Key == newcomer[0] ? 1 : 0))
        .ThenBy(group => group.Key == newcomer[0])
        .ThenBy(group => idle.IndexOf(group.First()))
        .FirstOrDefault()?.First();

    private void Limit(int unauthenticated, int connections = int.MaxValue) =>
        _options = new LiveOptions { MaxConnections = connections, MaxUnauthenticated = unauthenticated };

    private void Come(params string[] names) => Assert.All(names, name => Assert.True(TryCome(name), name));

    private bool TryCome(string name)
    {
        var owner = new Owner(_gaveWay, name);
        owner.Place = _places.TryTake(Address(name), owner);
        if (owner.Place is not null)
            _owners[name] = owner;
        return owner.Place is not null;
    }

    private void BeginLogin(params string[] names) => Assert.All(names, name => Assert.True(_owners[name].Place!.TryBeginLogin(), name));

    private bool Refuse(string name) => _owners[name].Place!.TryKeepAfterRefusal();

    private void LogIn(params string[] names)
    {
        foreach (var name in names)
        {
            _owners[name].Place!.TryBeginLogin();
            _owners[name].Place!.LoggedIn();
        }
    }

    private void Leave(params string[] names) => Array.ForEach(names, name => _owners[name].Place!.Leave());

    /// <summary>A letter is a network of its own; a word before a space an address, or none.</summary>
    private static IPAddress? Address(string name) =>
        char.IsAsciiLetterLower(name[0]) ? IPAddress.Parse($"10.0.0.{name[0] - 'a'}")
        : name.Split(' ')[0] is { Length: > 0 } address ? IPAddress.Parse(address)
        : null;

    private sealed class Owner(List<string> gaveWay, string name) : IPlaceOwner
    {
        public ConnectionPlace? Place { get; set; }

        public void GiveWay() => gaveWay.Add(name);
    }
}
