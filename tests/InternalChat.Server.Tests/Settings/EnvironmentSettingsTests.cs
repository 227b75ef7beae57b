using InternalChat.Server.Settings;

namespace InternalChat.Server.Tests.Settings;

public sealed class EnvironmentSettingsTests
{
    /// <summary>What Kubernetes sets for a Service named chat, and for another whose name begins so; and what Docker's links set.</summary>
    private static readonly (string Name, string? Value)[] ServiceLinks =
    [
        ("CHAT_SERVICE_HOST", "10.96.0.1"), ("CHAT_SERVICE_PORT", "9000"), ("CHAT_SERVICE_PORT_CHAT_TLS", "9443"),
        ("CHAT_PORT", "tcp://10.96.0.1:9000"), ("CHAT_PORT_9000_TCP", "tcp://10.96.0.1:9000"), ("CHAT_PORT_9000_TCP_PROTO", "tcp"),
        ("CHAT_PORT_9000_TCP_PORT", "9000"), ("CHAT_PORT_9000_TCP_ADDR", "10.96.0.1"), ("CHAT_PORT_53_UDP", "udp://10.96.0.1:53"),
        ("CHAT_HTTP_SERVICE_HOST", "10.96.0.2"), ("CHAT_HTTP_SERVICE_PORT", "80"), ("CHAT_HTTP_PORT", "tcp://10.96.0.2:80"),
        ("CHAT_HTTP_PORT_80_TCP_ADDR", "10.96.0.2"), ("CHAT_NAME", "/web/chat"), ("CHAT_ENV_LANG", "C"),
    ];

    [Fact]
    public void Variables_that_describe_a_service_are_no_settings_and_are_one_line()
    {
        var environment = Of(ServiceLinks);
        Assert.Null(environment.Find(SettingDefinitions.Port));
        Assert.Empty(environment.Misspellings);
        Assert.Contains("enableServiceLinks: false", environment.ServiceLinks, StringComparison.Ordinal);
        Assert.All(ServiceLinks, link => Assert.Contains(link.Name, environment.ServiceLinks, StringComparison.Ordinal));
        Assert.DoesNotContain('\n', environment.ServiceLinks!);
    }

    [Theory]
    [InlineData("CHAT_REGISTRATON", "closed", "CHAT_REGISTRATION")]
    [InlineData("CHAT_DBPATH", "/srv/chat.db", "CHAT_DB_PATH")]
    [InlineData("CHAT__PORT", "9001", "CHAT_PORT")]
    [InlineData("Chat__Port", "9001", "CHAT_PORT")]
    [InlineData("chat_port", "9001", "CHAT_PORT")]
    [InlineData("CHAT_MAX_CONNECTION", "5", "CHAT_MAX_CONNECTIONS")]
    [InlineData("CHAT_CONFG", "file", "CHAT_CONFIG")]
    public void A_misspelt_name_is_a_line_with_the_nearest_name_and_without_its_value(string name, string value, string meant)
    {
        var line = Assert.Single(Of((name, value)).Misspellings);
        Assert.Equal($"{name} is no setting and is ignored; did you mean {meant}?", line);
    }

    [Fact]
    public void A_name_that_is_like_no_other_is_a_line_without_a_guess() =>
        Assert.Equal(["CHAT_ROOM_COLOUR is no setting and is ignored"], Of(("CHAT_ROOM_COLOUR", "blue")).Misspellings);

    [Theory]
    [InlineData("CHAT_PASSWORD")]
    [InlineData("CHAT_TLS")]
    [InlineData("CHAT_CA_CERT")]
    [InlineData("CHATTER_PORT")]
    [InlineData("PATH")]
    public void Variables_of_other_programs_are_none_of_ours(string name)
    {
        var environment = Of((name, "some value"));
        Assert.Empty(environment.Misspellings);
        Assert.Null(environment.ServiceLinks);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("\n")]
    public void An_empty_variable_is_not_there(string nothing)
    {
        var environment = Of(("CHAT_PORT", nothing), ("CHAT_CONFIG", nothing), ("CHAT_REGISTRATON", nothing));
        Assert.Null(environment.Find(SettingDefinitions.Port));
        Assert.Null(environment.File);
        Assert.Empty(environment.Misspellings);
    }

    [Fact]
    public void Line_ends_and_blanks_around_a_value_do_not_count() =>
        Assert.Equal("9001", Of(("CHAT_PORT", " 9001\r\n")).Find(SettingDefinitions.Port));

    private static EnvironmentSettings Of(params (string Name, string? Value)[] variables) => EnvironmentSettings.Of(variables);
}
