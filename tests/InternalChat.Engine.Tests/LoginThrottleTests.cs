using System.Net;
using InternalChat.Engine.Connections;
using InternalChat.Engine.Logins;
using InternalChat.Engine.Options;
using InternalChat.Protocol;
using Microsoft.Extensions.Time.Testing;

namespace InternalChat.Engine.Tests;

public sealed class LoginThrottleTests
{
    private static readonly UserName Alice = UserName.Parse("alice");

    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Whoever_has_used_the_limit_up_waits_for_one_failure_to_recover()
    {
        var throttle = Throttle(new LiveOptions { FailedLogins = new FailureLimit(3, TimeSpan.FromMinutes(3)) });
        var attempt = From("192.0.2.1");
        Assert.Equal(3, Begin(throttle, 10, attempt));
        _time.Advance(TimeSpan.FromSeconds(59.9));
        Assert.False(throttle.IsOpen(attempt));
        _time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal(1, Begin(throttle, 10, attempt));
        _time.Advance(TimeSpan.FromMinutes(3));
        Assert.Equal(3, Begin(throttle, 10, attempt));
    }

    [Fact]
    public void A_limit_that_is_changed_counts_the_failures_that_there_were()
    {
        var current = new CurrentOptions(new LiveOptions { FailedLogins = new FailureLimit(3, TimeSpan.FromMinutes(3)) });
        var throttle = new LoginThrottle(current, _time);
        var attempt = From("192.0.2.1");
        Assert.Equal(3, Begin(throttle, 10, attempt));
        current.Live = current.Live with { FailedLogins = new FailureLimit(10, TimeSpan.FromMinutes(3)) };
        Assert.Equal(7, Begin(throttle, 10, attempt));
        current.Live = current.Live with { FailedLogins = new FailureLimit(3, TimeSpan.FromMinutes(3)) };
        Assert.False(throttle.IsOpen(attempt));
    }

    [Fact]
    public void A_right_password_takes_back_its_own_attempt_and_no_other()
    {
        var throttle = Throttle(new LiveOptions { FailedLogins = new FailureLimit(2, TimeSpan.FromMinutes(2)) });
        var attempt = From("192.0.2.1");
        Assert.Equal(2, Begin(throttle, 2, attempt));
        throttle.TakeBack(attempt);
        Assert.Equal(1, Begin(throttle, 10, attempt));
    }

    [Fact]
    public void Guesses_from_one_network_take_nothing_from_another()
    {
        var throttle = Throttle();
        Assert.Equal(10, Begin(throttle, 100, From("192.0.2.1")));
        Assert.Equal(10, Begin(throttle, 100, From("192.0.2.2")));
    }

    [Fact]
    public void From_a_new_network_a_name_may_be_tried_while_fewer_than_100_guess_at_it()
    {
        var throttle = Throttle();
        for (var guesser = 0; guesser < 99; guesser++)
            Assert.Equal(10, Begin(throttle, 100, From($"192.0.2.{guesser}")));
        Assert.True(throttle.IsOpen(From("198.51.100.1")));
        Assert.Equal(10, Begin(throttle, 100, From("192.0.2.99")));
        Assert.False(throttle.IsOpen(From("198.51.100.1")));
        Assert.True(throttle.IsOpen(From("198.51.100.1", isKnown: true)));
        Assert.True(throttle.IsOpen(From("198.51.100.1", "bob")));
    }

    [Fact]
    public void An_address_that_fails_at_many_names_keeps_out_only_those_who_are_new_there()
    {
        var throttle = Throttle();
        for (var name = 0; name < 8; name++)
            Begin(throttle, 10, From("192.0.2.1", $"name{name}"));
        Assert.False(throttle.IsOpen(From("192.0.2.1")));
        Assert.Equal(10, Begin(throttle, 100, From("192.0.2.1", isKnown: true)));
    }

    [Fact]
    public void Whoever_has_a_site_of_IPv6_guesses_from_16_of_its_networks_and_no_more()
    {
        var throttle = Throttle();
        var guesses = Enumerable.Range(0, 200).Sum(network => Begin(throttle, 10, From($"2001:db8:1:{network:x}::{network:x}")));
        Assert.Equal(160, guesses);
        Assert.True(throttle.IsOpen(From("2001:db8:2::1")));
        var sprayed = Enumerable.Range(0, 200).Sum(
            network => Begin(throttle, 50, From($"2001:db8:3:{network:x}::1", $"name{network % 100}")) / 10);
        Assert.True(sprayed <= 16 * 5, $"{sprayed}");
    }

    [Fact]
    public void Peers_without_an_address_are_limited_at_each_name_only()
    {
        var throttle = Throttle();
        for (var name = 0; name < 20; name++)
            Assert.Equal(10, Begin(throttle, 100, From(null, $"name{name}")));
    }

    [Fact]
    public void Attempts_that_were_taken_back_do_not_crowd_out_what_is_known_of_others()
    {
        var throttle = Throttle();
        Assert.Equal(10, Begin(throttle, 10, From("192.0.2.1")));
        // More than are remembered.
        for (var other = 0; other < 250_000; other++)
        {
            var attempt = From("192.0.2.1", $"other{other}");
            Assert.True(throttle.TryBegin(attempt));
            throttle.TakeBack(attempt);
        }

        Assert.False(throttle.IsOpen(From("192.0.2.1")));
    }

    [Fact]
    public void More_names_than_are_remembered_do_not_make_it_forget_the_one_that_is_guessed_at()
    {
        var throttle = Throttle();
        Assert.Equal(10, Begin(throttle, 10, From("192.0.2.1")));
        for (var other = 0; other < 250_000; other++)
            Assert.True(throttle.TryBegin(From(null, $"other{other}")));
        Assert.False(throttle.IsOpen(From("192.0.2.1")));
    }

    [Fact]
    public void Half_of_what_is_remembered_stays_when_room_is_made()
    {
        const int recovering = 45_000;
        const int usedUp = 54_999;
        var throttle = Throttle(new LiveOptions { FailedLogins = new FailureLimit(2, TimeSpan.FromHours(2)) });
        for (var name = 0; name < recovering; name++)
            Begin(throttle, 1, From(null, $"recovering{name}", isKnown: true));
        _time.Advance(TimeSpan.FromMinutes(59));
        for (var name = 0; name < usedUp; name++)
            Begin(throttle, 2, From(null, $"name{name}", isKnown: true));
        _time.Advance(TimeSpan.FromMinutes(2));
        Begin(throttle, 1, From(null, isKnown: true));
        // The first that finds no room.
        Begin(throttle, 1, From(null, "bob", isKnown: true));
        Assert.Equal(50_000, Enumerable.Range(0, usedUp).Count(name => !throttle.IsOpen(From(null, $"name{name}", isKnown: true))));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(13)]
    [InlineData(997)]
    public void As_many_failures_may_come_at_once_as_the_limit_says(int failures)
    {
        var throttle = Throttle(new LiveOptions { FailedLogins = new FailureLimit(failures, TimeSpan.FromMinutes(10)) });
        Assert.Equal(failures, Begin(throttle, failures + 1, From("192.0.2.1", isKnown: true)));
    }

    [Fact]
    public void An_IPv4_address_counts_as_itself_also_if_it_is_written_as_one_of_IPv6()
    {
        var throttle = Throttle();
        Assert.Equal(10, Begin(throttle, 100, From("::ffff:192.0.2.1")));
        Assert.False(throttle.IsOpen(From("192.0.2.1")));
        Assert.True(throttle.IsOpen(From("::ffff:192.0.2.2")));
        Assert.True(throttle.Unlock(IPAddress.Parse("::ffff:192.0.2.1")));
        Assert.True(throttle.IsOpen(From("192.0.2.1")));
    }

    [Fact]
    public void Unlocking_a_name_or_an_address_forgets_every_count_of_it_and_tells_whether_one_was_used_up()
    {
        var throttle = Throttle();
        Begin(throttle, 10, From("2001:db8::1"));
        Assert.True(throttle.Unlock(Alice));
        Assert.False(throttle.Unlock(Alice));
        Assert.True(throttle.IsOpen(From("2001:db8::1")));
        Begin(throttle, 10, From("2001:db8::1"));
        Assert.True(throttle.Unlock(IPAddress.Parse("2001:db8::2")));
        Assert.False(throttle.Unlock(IPAddress.Parse("2001:db8::2")));
        Assert.True(throttle.IsOpen(From("2001:db8::1")));
    }

    private LoginThrottle Throttle(LiveOptions? options = null) => new(new CurrentOptions(options ?? new LiveOptions()), _time);

    private static int Begin(LoginThrottle throttle, int attempts, LoginAttempt attempt) =>
        Enumerable.Range(0, attempts).Count(_ => throttle.TryBegin(attempt));

    private static LoginAttempt From(string? address, string name = "alice", bool isKnown = false) =>
        new(UserName.Parse(name), PeerNetwork.Of(address is null ? null : IPAddress.Parse(address)), isKnown);
}
