using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using InternalChat.Engine;
using InternalChat.Engine.Administration;
using InternalChat.Server.Administration.Http;
using InternalChat.Server.Administration.Server;
using InternalChat.Server.Administration.Sessions;
using InternalChat.Server.Administration.Users;
using InternalChat.Server.Hosting;
using InternalChat.Storage;

namespace InternalChat.Server.Tests.Administration;

/// <summary>
/// The JSON of /v1 as docs/administration.md promises it: names and words stay when our own names change. Some replies are records of the
/// engine, which somebody may rename without thinking of this.
/// </summary>
public sealed class ContractTests
{
    private static readonly DateTimeOffset Connected = new(2026, 11, 30, 19, 5, 6, 700, TimeSpan.FromHours(1));

    [Fact]
    public void Sessions_are_said_as_they_always_were()
    {
        var page = new SessionPage(
            [
                new SessionInfo("alice", IPAddress.Parse("2001:db8::7"), Connected, SessionState.CatchingUp, 1, 2, 3),
                new SessionInfo("bob", Address: null, Connected, SessionState.Live, 0, 0, 0),
            ],
            Next: "bob");
        AssertJson(
            """
            {"sessions":[{"user":"alice","address":"2001:db8::7","connected_at":"2026-11-30T18:05:06.7Z","state":"catching_up",
            "waiting_bytes":1,"messages_sent":2,"messages_received":3},
            {"user":"bob","address":null,"connected_at":"2026-11-30T18:05:06.7Z","state":"live",
            "waiting_bytes":0,"messages_sent":0,"messages_received":0}],"next":"bob"}
            """,
            page,
            SessionJson.Default.SessionPage);
    }

    [Fact]
    public void Users_are_said_as_they_always_were() => AssertJson(
        """
        {"users":[{"user":"alice","status":"active","online":true,"has_password":true,"created_at":"2026-01-01T00:00:00Z"},
        {"user":"bob","status":"suspended","online":false,"has_password":false,"created_at":null}],"next":null}
        """,
        new UserPage(
            [
                new UserEntry("alice", "active", Online: true, HasPassword: true, ContractValues.Time(1_767_225_600)),
                new UserEntry("bob", "suspended", Online: false, HasPassword: false, CreatedAt: null),
            ],
            Next: null),
        UserJson.Default.UserPage);

    [Fact]
    public void A_reload_is_said_as_it_always_was()
    {
        var outcome = new ReloadOutcome(
            [new SettingChange("rate-limit", "30", "60", "CHAT_RATE_LIMIT")],
            [new SettingChange("port", Before: null, After: null, "file")]);
        AssertJson(
            """
            {"changed":[{"setting":"rate-limit","before":"30","after":"60","source":"CHAT_RATE_LIMIT"}],
            "at_restart":[{"setting":"port","before":null,"after":null,"source":"file"}]}
            """,
            outcome,
            ServerJson.Default.ReloadOutcome);
    }

    [Fact]
    public void An_error_is_said_as_it_always_was() => AssertJson(
        """{"code":"no_such_user","message":"There is no user bob."}""",
        new ErrorReply("no_such_user", "There is no user bob."),
        ErrorJson.Default.ErrorReply);

    [Fact]
    public void States_have_the_words_that_they_always_had()
    {
        Assert.Equal(["serving", "draining", "stopping"], Words<EngineState>());
        Assert.Equal(["catching_up", "live", "closing"], Words<SessionState>());
        Assert.Equal(["active", "suspended", "deleted"], Words<AccountStatus>());
        Assert.Equal(["trace", "debug", "information", "warning", "error", "critical"], LogLevels.All);
    }

    [Theory]
    [InlineData(1_767_225_600, "2026-01-01T00:00:00")]
    [InlineData(1_767_225_600_000, "9999-12-31T23:59:59")]
    [InlineData(long.MaxValue, "9999-12-31T23:59:59")]
    [InlineData(long.MinValue, "0001-01-01T00:00:00")]
    public void A_time_that_no_calendar_has_becomes_its_nearest(long unixSeconds, string time) =>
        Assert.Equal(time, ContractValues.Time(unixSeconds).ToString("s", CultureInfo.InvariantCulture));

    private static IEnumerable<string> Words<TState>()
        where TState : struct, Enum => Enum.GetValues<TState>().Select(ContractValues.Word);

    /// <summary>The server's end writes it so, and ours reads it back.</summary>
    private static void AssertJson<T>(string lines, T value, JsonTypeInfo<T> type)
    {
        var json = lines.ReplaceLineEndings("");
        Assert.Equal(json, JsonSerializer.Serialize(value, type));
        Assert.Equal(json, JsonSerializer.Serialize(JsonSerializer.Deserialize(json, type)!, type));
    }
}
