using System.CommandLine;
using System.Globalization;
using InternalChat.Client;
using InternalChat.Protocol;

namespace InternalChat.Terminal.Options;

/// <summary>Arguments and environment variables to options. Every wrong value is one line on standard error and exit status 2.</summary>
internal sealed class CommandLine
{
    private const string Description = """
        Chats with one person at a time through an InternalChat server.

        Every option can also be set by the environment variable named beside it; the command line wins. Prefer CHAT_PASSWORD
        to --password, which other users of this machine can see; without either the password is asked for.

        With input or output that is no terminal it works as a script: one command a line, plain text out. At the end of the
        input it waits for the answers and leaves.

        Exit status: 0 all went well; 1 a command failed or the connection was lost; 2 wrong usage; 3 authentication failed.
        """;

    private readonly Argument<string> _user = new("username") { Description = $"Your name: {UserName.Rule}" };
    private readonly Option<string> _host = Text(
        "--host",
        "NAME",
        "Host name or address of the server, or unix:PATH of its socket on this machine [CHAT_HOST; 127.0.0.1]");

    private readonly Option<string> _port = Text("--port", "N", "TCP port of the server [CHAT_PORT; 9000]");
    private readonly Option<string> _password = Text("--password", "P", "Your password; a new name registers with it [CHAT_PASSWORD]");
    private readonly Option<string> _caCert =
        Text("--ca-cert", "FILE", "Trust only the certificates of this PEM file; implies --tls [CHAT_CA_CERT]");

    private readonly Option<string> _clientCert =
        Text("--client-cert", "FILE", "Show the server this certificate (PEM) where it asks; implies --tls [CHAT_CLIENT_CERT]");

    private readonly Option<string> _clientKey =
        Text("--client-key", "FILE", "Private key of --client-cert, where it stands in a file of its own [CHAT_CLIENT_KEY]");

    private readonly Option<bool> _tls = new("--tls") { Description = "Encrypt the connection [CHAT_TLS]" };
    private readonly Option<bool> _insecure = new("--tls-insecure")
    {
        Description = "Accept any certificate; implies --tls [CHAT_TLS_INSECURE]",
    };

    private readonly Option<bool> _noReceipts = new("--no-read-receipts")
    {
        Description = "Do not tell senders that you have read their messages [CHAT_NO_READ_RECEIPTS]",
    };

    private readonly Option<bool> _noColor = new("--no-color") { Description = "No colours [NO_COLOR]" };
    private readonly Func<string, string?> _environment;

    private CommandLine(Func<string, string?> environment)
    {
        _environment = environment;
    }

    /// <summary>Reads the options; writes help, version or one error line itself.</summary>
    /// <returns>The options, or null and the status to exit with.</returns>
    internal static (TerminalOptions? Options, int ExitStatus) Parse(
        string[] arguments, Func<string, string?> environment, TextWriter output, TextWriter errors)
    {
        var commandLine = new CommandLine(environment);
        var parsed = commandLine.Root().Parse(arguments);
        if (parsed.Errors is [var error, ..])
            return Refuse(errors, error.Message);
        if (parsed.Action is not null)
            return (null, parsed.Invoke(new InvocationConfiguration { Output = output, Error = errors }));

        try
        {
            return (commandLine.Read(parsed), ExitStatus.Success);
        }
        catch (UsageException exception)
        {
            return Refuse(errors, exception.Message);
        }
    }

    /// <summary>Why AUTH cannot say this password, or should not; null when it can. The length is the server's to judge.</summary>
    internal static string? RefusePassword(string password) =>
        PasswordRule.FindSlip(password) is { } slip ? $"the password {slip}"
        : password.Length == 0 || password.AsSpan().ContainsAny(" \n\0") ? "a password is not empty and has no space and no line end"
        : null;

    private static (TerminalOptions? Options, int ExitStatus) Refuse(TextWriter errors, string message)
    {
        errors.WriteLine($"internalchat-client: {message.ReplaceLineEndings(" ")} (--help tells more)");
        return (null, ExitStatus.Usage);
    }

    private RootCommand Root() =>
        new(Description) { _user, _host, _port, _password, _tls, _caCert, _insecure, _clientCert, _clientKey, _noReceipts, _noColor };

    private TerminalOptions Read(ParseResult parsed)
    {
        var user = parsed.GetRequiredValue(_user);
        if (!UserName.TryParse(user, out var name))
            throw new UsageException($"'{user}' is no user name: {UserName.Rule}");

        return new TerminalOptions
        {
            User = name,
            Server = Server(parsed),
            Password = Password(Setting(parsed, _password, "CHAT_PASSWORD")),
            SendReadReceipts = !Switch(parsed, _noReceipts, "CHAT_NO_READ_RECEIPTS"),
            AllowColor = !parsed.GetValue(_noColor) && string.IsNullOrEmpty(_environment("NO_COLOR")),
        };
    }

    private ChatServerAddress Server(ParseResult parsed)
    {
        var server = new ChatServerAddress
        {
            Host = Setting(parsed, _host, "CHAT_HOST").Value ?? "127.0.0.1",
            Port = Port(Setting(parsed, _port, "CHAT_PORT")),
            Tls = Tls(parsed),
        };
        return server is { UnixSocketPath: not null, Tls: not null }
            ? throw new UsageException($"there is no TLS on a Unix socket: '{server.Host}'")
            : server;
    }

    private TlsSettings? Tls(ParseResult parsed)
    {
        var (authorities, authoritiesOrigin) = Setting(parsed, _caCert, "CHAT_CA_CERT");
        var (certificate, certificateOrigin) = Setting(parsed, _clientCert, "CHAT_CLIENT_CERT");
        var (key, keyOrigin) = Setting(parsed, _clientKey, "CHAT_CLIENT_KEY");
        if (key is not null && certificate is null)
            throw new UsageException($"{keyOrigin}: a key without a certificate");
        var isWanted = Switch(parsed, _tls, "CHAT_TLS") || authorities is not null || certificate is not null;
        var settings = Switch(parsed, _insecure, "CHAT_TLS_INSECURE") ? new TlsSettings { AcceptAnyCertificate = true }
            : authorities is not null ? Read(() => TlsSettings.TrustFile(authorities), authoritiesOrigin)
            : isWanted ? new TlsSettings()
            : null;
        return certificate is null ? settings : Read(() => settings!.WithClientCertificate(certificate, key), certificateOrigin);
    }

    private static TlsSettings Read(Func<TlsSettings> read, string origin)
    {
        try
        {
            return read();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new UsageException($"{origin}: {exception.Message}");
        }
    }

    private static int Port((string? Value, string Origin) setting)
    {
        if (setting.Value is null)
            return ChatServerAddress.DefaultPort;
        return int.TryParse(setting.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= 65_535
            ? port
            : throw new UsageException($"{setting.Origin}: '{setting.Value}' is no port: 1 to 65535");
    }

    private static string? Password((string? Value, string Origin) setting) =>
        setting.Value is { } password && RefusePassword(password) is { } refusal
            ? throw new UsageException($"{setting.Origin}: {refusal}")
            : setting.Value;

    private (string? Value, string Origin) Setting(ParseResult parsed, Option<string> option, string variable)
    {
        if (parsed.GetValue(option) is { } given)
            return given.Length > 0 ? (given, option.Name) : throw new UsageException($"{option.Name}: the value is empty");
        return (Variable(variable), variable);
    }

    /// <summary>
    /// What a variable says; null if it is not there or empty. Line ends around it are those of the file that it came from, and what
    /// Kubernetes says of a service named chat in <c>CHAT_PORT</c> is meant for nobody here.
    /// </summary>
    private string? Variable(string name) =>
        _environment(name)?.Trim(' ', '\r', '\n') is { Length: > 0 } value
        && (name != "CHAT_PORT" || !value.StartsWith("tcp://", StringComparison.Ordinal))
            ? value
            : null;

    private bool Switch(ParseResult parsed, Option<bool> option, string variable)
    {
        if (parsed.GetResult(option) is { Implicit: false })
            return parsed.GetValue(option);
        return Variable(variable)?.ToUpperInvariant() switch
        {
            null or "0" or "FALSE" or "NO" or "OFF" => false,
            "1" or "TRUE" or "YES" or "ON" => true,
            _ => throw new UsageException($"{variable}: '{_environment(variable)}' is neither 1 nor 0"),
        };
    }

    private static Option<string> Text(string name, string valueName, string description) =>
        new(name) { HelpName = valueName, Description = description };

    private sealed class UsageException(string message) : Exception(message);
}

/// <summary>What the process returns; part of what scripts rely on, and told by <c>--help</c>.</summary>
internal static class ExitStatus
{
    internal const int Success = 0;
    internal const int Failed = 1;
    internal const int Usage = 2;
    internal const int NotAuthenticated = 3;
}
