using InternalChat.Protocol;
using InternalChat.Terminal.Options;

namespace InternalChat.Client.Tests.Terminal;

public sealed class CommandLineTests : IDisposable
{
    private readonly StringWriter _errors = new();
    private readonly StringWriter _output = new();
    private readonly Dictionary<string, string> _environment = [];

    [Fact]
    public void The_defaults_are_those_of_the_original()
    {
        var options = Parse("alice");

        Assert.Equal(("alice", "127.0.0.1", 9000), (options.User.ToString(), options.Server.Host, options.Server.Port));
        Assert.Null(options.Server.Tls);
        Assert.Null(options.Password);
        Assert.True(options.SendReadReceipts);
    }

    [Fact]
    public void The_command_line_wins_over_the_environment()
    {
        _environment["CHAT_HOST"] = "chat.example";
        _environment["CHAT_PORT"] = "9001";
        _environment["CHAT_PASSWORD"] = "from-environment";
        _environment["CHAT_TLS"] = "yes";
        _environment["CHAT_NO_READ_RECEIPTS"] = "1";

        var options = Parse("alice", "--port", "9002", "--password", "from-arguments");

        Assert.Equal(("chat.example", 9002, "from-arguments"), (options.Server.Host, options.Server.Port, options.Password));
        Assert.NotNull(options.Server.Tls);
        Assert.False(options.SendReadReceipts);
    }

    [Fact]
    public void An_empty_variable_is_not_there_line_ends_do_not_count_and_a_service_link_is_no_port()
    {
        _environment["CHAT_HOST"] = "";
        _environment["CHAT_PORT"] = "tcp://10.96.0.1:9000";
        _environment["CHAT_PASSWORD"] = "from-a-file\n";
        _environment["CHAT_TLS"] = "\n";

        var options = Parse("alice");

        Assert.Equal(("127.0.0.1", 9000, "from-a-file"), (options.Server.Host, options.Server.Port, options.Password));
        Assert.Null(options.Server.Tls);
        _environment["CHAT_PASSWORD"] = "";
        Assert.Null(Parse("alice").Password);
    }

    [Fact]
    public void An_option_about_certificates_asks_for_TLS()
    {
        Assert.True(Parse("alice", "--tls-insecure").Server.Tls!.AcceptAnyCertificate);
    }

    [Fact]
    public void A_host_may_be_a_unix_socket() =>
        Assert.Equal("/run/chat.sock", Parse("alice", "--host", "unix:/run/chat.sock").Server.UnixSocketPath);

    [Theory]
    [InlineData("NO_COLOR", "1", false)]
    [InlineData("NO_COLOR", "", true)]
    public void No_color_is_understood(string variable, string value, bool color)
    {
        _environment[variable] = value;
        Assert.Equal(color, Parse("alice").AllowColor);
        Assert.False(Parse("alice", "--no-color").AllowColor);
    }

    [Theory]
    [InlineData("Required argument missing")]
    [InlineData("'al'", "al")]
    [InlineData("--port: 'x'", "alice", "--port", "x")]
    [InlineData("--port: '0'", "alice", "--port", "0")]
    [InlineData("--port: '65536'", "alice", "--port", "65536")]
    [InlineData("--frob", "alice", "--frob")]
    [InlineData("--ca-cert", "alice", "--ca-cert", "/no/such/file")]
    [InlineData("--client-cert", "alice", "--client-cert", "/no/such/file")]
    [InlineData("CHAT_CLIENT_KEY", "alice", "CHAT_CLIENT_KEY=/no/such/file")]
    [InlineData("unix:/run/chat.sock", "alice", "--host", "unix:/run/chat.sock", "--tls")]
    [InlineData("--host: ", "alice", "--host", "")]
    [InlineData("--ca-cert: ", "alice", "--ca-cert", "")]
    [InlineData("--client-cert: ", "alice", "--client-cert", "")]
    [InlineData("--password: ", "alice", "--password", "with space")]
    [InlineData("--password: the password ends with a tab", "alice", "--password", "a-good-password\t")]
    [InlineData("CHAT_PASSWORD: the password begins with a byte order mark", "alice", "CHAT_PASSWORD=\uFEFFa-good-password")]
    [InlineData("CHAT_PASSWORD: the password ends with a no-break space", "alice", "CHAT_PASSWORD=a-good-password\u00A0")]
    [InlineData("CHAT_TLS: 'maybe'", "alice", "CHAT_TLS=maybe")]
    [InlineData("CHAT_PORT: '-1'", "alice", "CHAT_PORT=-1")]
    public void A_wrong_value_is_one_clear_line_and_status_2(string complaint, params string[] arguments)
    {
        foreach (var setting in arguments.Where(argument => argument.StartsWith("CHAT_", StringComparison.Ordinal)))
            _environment[setting.Split('=')[0]] = setting.Split('=')[1];

        var (options, status) = CommandLine.Parse(
            [.. arguments.Where(argument => !argument.StartsWith("CHAT_", StringComparison.Ordinal))],
            _environment.GetValueOrDefault, _output, _errors);

        Assert.Null(options);
        Assert.Equal(2, status);
        Assert.Contains(complaint, _errors.ToString(), StringComparison.Ordinal);
        Assert.Single(_errors.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Empty(_output.ToString());
    }

    [Theory]
    [InlineData("3 authentication failed")]
    [InlineData(UserName.Rule)]
    public void Help_tells_the_exit_statuses_and_what_a_name_is(string text)
    {
        var (options, status) = CommandLine.Parse(["--help"], _environment.GetValueOrDefault, _output, _errors);

        Assert.Null(options);
        Assert.Equal(0, status);
        Assert.Contains(text, _output.ToString(), StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _errors.Dispose();
        _output.Dispose();
    }

    private TerminalOptions Parse(params string[] arguments)
    {
        var (options, _) = CommandLine.Parse(arguments, _environment.GetValueOrDefault, _output, _errors);
        Assert.Empty(_errors.ToString());
        return options!;
    }
}
