using System.Net;
using InternalChat.Engine.Accounts;
using InternalChat.Protocol;
using Microsoft.Extensions.Time.Testing;

namespace InternalChat.Engine.Tests;

public sealed class LoginThrottleTests
{
    private static readonly IPAddress Address = IPAddress.Parse("192.0.2.1");

    [Fact]
    public void Attempts_that_came_to_nothing_do_not_crowd_out_what_is_known_of_others()
    {
        var throttle = new LoginThrottle(new EngineOptions { MaxFailedLoginsPerName = 3 }, new FakeTimeProvider());
        for (var guess = 0; guess < 3; guess++)
            Assert.True(throttle.TryBegin(Name("alice"), Address));
        Assert.False(throttle.TryBegin(Name("alice"), Address));
        // More than are remembered.
        for (var other = 0; other < 250_000; other++)
        {
            var name = Name($"other{other}");
            Assert.True(throttle.TryBegin(name, Address));
            throttle.NotTried(name);
        }

        Assert.False(throttle.TryBegin(Name("alice"), Address));
    }

    [Fact]
    public void An_attempt_that_came_to_nothing_leaves_the_failures_before_it()
    {
        var throttle = new LoginThrottle(new EngineOptions { MaxFailedLoginsPerName = 2 }, new FakeTimeProvider());
        Assert.True(throttle.TryBegin(Name("alice"), Address));
        Assert.True(throttle.TryBegin(Name("alice"), Address));
        throttle.NotTried(Name("alice"));
        Assert.True(throttle.TryBegin(Name("alice"), Address));
        Assert.False(throttle.TryBegin(Name("alice"), Address));
    }

    private static UserName Name(string text) =>
        UserName.TryParse(System.Text.Encoding.ASCII.GetBytes(text), out var name) ? name : throw new ArgumentException(text, nameof(text));
}
