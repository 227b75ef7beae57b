using System.Net;
using InternalChat.Engine.Logins;
using InternalChat.Protocol;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace InternalChat.Engine.Tests;

/// <summary>"One log line for each failed login with the address, bounded per network, with a count of what was left out."</summary>
public sealed class FailedLoginsTests : IDisposable
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly IPAddress Stranger = IPAddress.Parse("192.0.2.1");

    private readonly FakeTimeProvider _time = new();
    private readonly Lines _lines = new();
    private readonly FailedLogins _failed;

    public FailedLoginsTests()
    {
        _failed = new FailedLogins(_time, _lines);
        _failed.Start();
    }

    public void Dispose() => _failed.Dispose();

    [Theory]
    [InlineData("192.0.2.7", "login failed from 192.0.2.7 for alice: AUTH_FAILED")]
    [InlineData("2001:db8::7", "login failed from 2001:db8::7 for alice: AUTH_FAILED")]
    [InlineData("fe80::7%3", "login failed from fe80::7 for alice: AUTH_FAILED")]
    [InlineData(null, "login failed from unix for alice: AUTH_FAILED")]
    public void A_line_has_the_address_alone_the_name_and_the_code(string? address, string line)
    {
        _failed.Note(address is null ? null : IPAddress.Parse(address), Name("alice"), ErrorCode.AuthFailed);
        Assert.Equal([line], _lines.All);
    }

    [Fact]
    public void Whoever_says_no_valid_name_puts_no_text_into_the_log()
    {
        _failed.Note(Stranger, name: null, ErrorCode.InvalidUsername);
        Assert.Equal(["login failed from 192.0.2.1 for -: INVALID_USERNAME"], _lines.All);
    }

    [Theory]
    [InlineData(ErrorCode.Busy)]
    [InlineData(ErrorCode.Storage)]
    [InlineData(ErrorCode.AlreadyConnected)]
    public void What_is_not_the_peers_doing_bans_nobody(ErrorCode code)
    {
        _failed.Note(Stranger, Name("alice"), code);
        Assert.Empty(_lines.All);
    }

    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1")]
    [InlineData("2001:db8::1", "2001:db8::ffff")]
    public void A_network_has_ten_lines_a_minute_and_what_was_left_out_is_counted_once(string one, string other)
    {
        for (var guess = 0; guess < 1_000; guess++)
            _failed.Note(IPAddress.Parse(guess % 2 == 0 ? one : other), Name("alice"), ErrorCode.AuthFailed);
        _failed.Note(IPAddress.Parse("198.51.100.1"), Name("bob"), ErrorCode.AuthFailed);
        Assert.Equal(FailedLogins.MaxLinesPerNetwork + 1, _lines.All.Count);

        _time.Advance(Minute);
        Assert.Equal("990 more failed logins in the last minute have no line of their own", _lines.All[^1]);
        _time.Advance(Minute);
        Assert.Equal(FailedLogins.MaxLinesPerNetwork + 2, _lines.All.Count);
        _failed.Note(IPAddress.Parse(one), Name("alice"), ErrorCode.AuthFailed);
        Assert.Equal(FailedLogins.MaxLinesPerNetwork + 3, _lines.All.Count);
    }

    [Theory]
    [InlineData(ErrorCode.InvalidUsername)]
    [InlineData(ErrorCode.WeakPassword)]
    [InlineData(ErrorCode.Suspended)]
    public void Whoever_fails_without_a_guess_first_does_not_hide_the_guesses_that_follow(ErrorCode code)
    {
        for (var network = 0; network < 1_000; network++)
        {
            for (var failure = 0; failure < 20; failure++)
                _failed.Note(new IPAddress(network), Name("alice"), code);
        }

        Assert.Equal(FailedLogins.MaxLines / 2, _lines.All.Count);
        for (var guess = 0; guess < 20; guess++)
            _failed.Note(new IPAddress(0), Name("alice"), guess % 2 == 0 ? ErrorCode.AuthFailed : ErrorCode.AuthThrottled);
        Assert.Equal(
            FailedLogins.MaxLinesPerNetwork / 2,
            _lines.All.Count(static line => line.StartsWith("login failed from 0.0.0.0 for alice: AUTH_", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_guess_from_each_of_many_networks_fills_neither_the_log_nor_the_memory()
    {
        for (var network = 0; network < 100_000; network++)
            _failed.Note(new IPAddress(network), Name("alice"), ErrorCode.AuthFailed);
        Assert.Equal(FailedLogins.MaxLines, _lines.All.Count);
        Assert.InRange(_failed.RememberedNetworks, 1, FailedLogins.MaxLines);
        _time.Advance(Minute);
        Assert.Equal($"{100_000 - FailedLogins.MaxLines} more failed logins in the last minute have no line of their own", _lines.All[^1]);
        Assert.Equal(0, _failed.RememberedNetworks);
    }

    private static UserName Name(string text) => UserName.TryParse(text, out var name) ? name : throw new ArgumentException(text);

    /// <summary>Every line at the level that a server logs where nobody says another.</summary>
    private sealed class Lines : ILogger
    {
        public List<string> All { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            All.Add(formatter(state, exception));
    }
}
