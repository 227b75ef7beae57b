using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net;
using InternalChat.Client;

namespace InternalChat.Flood.Options;

/// <summary>The options that say where the servers are and how they are reached.</summary>
internal sealed class ConnectionOptions
{
    private const string On = "on";
    private const string Off = "off";

    private readonly Option<ChatServerAddress[]> _targets = new("--target")
    {
        HelpName = "HOST:PORT",
        Description = "The server, or unix:PATH for its socket on this machine; given again, connections go to each in turn",
        AllowMultipleArgumentsPerToken = false,
        CustomParser = OptionParsers.Servers,
        DefaultValueFactory = _ => [new ChatServerAddress()],
    };

    private readonly Option<IPAddress[]> _sources = new("--source-addresses")
    {
        HelpName = "IP,IP",
        Description = "Addresses of this machine that connections come from in turn: each has ports for some 28,000",
        Arity = ArgumentArity.ExactlyOne,
        CustomParser = OptionParsers.IPAddresses,
        DefaultValueFactory = _ => [],
    };

    private readonly Option<bool> _tls = new("--tls")
    {
        Description = "Encrypt, and check the certificate against those the system trusts",
    };

    private readonly Option<TlsSettings?> _trusted = new("--ca-cert")
    {
        HelpName = "FILE",
        Description = "Trust only the certificates of this PEM file; implies --tls",
        CustomParser = OptionParsers.TrustedCertificates,
    };

    private readonly Option<bool> _insecure = new("--tls-insecure") { Description = "Accept any certificate; implies --tls" };

    private readonly Option<string> _resume = new("--tls-resume")
    {
        HelpName = $"{On}|{Off}",
        Description = "Whether a connection may take up an earlier TLS session; it can where the target is a host name, not an IP address",
        DefaultValueFactory = _ => On,
    };

    internal void AddTo(Command command)
    {
        _resume.Validators.Add(OptionParsers.OneOf([On, Off]));
        command.Add(_targets);
        command.Add(_sources);
        command.Add(_tls);
        command.Add(_trusted);
        command.Add(_insecure);
        command.Add(_resume);
        command.Validators.Add(result =>
        {
            var isTrusting = result.GetResult(_trusted) is { Implicit: false };
            var isInsecure = result.GetValue(_insecure);
            if (isTrusting && isInsecure)
                result.AddError("--ca-cert and --tls-insecure contradict each other");
            var isTls = isTrusting || isInsecure || result.GetValue(_tls);
            if (HasUnixSocket(result.GetResult(_targets)) && (isTls || result.GetResult(_sources) is { Implicit: false }))
                result.AddError("--target: a Unix socket has neither TLS nor source addresses");
            if (result.IsSet(_resume) && !isTls)
                result.AddError("--tls-resume is for --tls only");
        });
    }

    /// <summary>Every target from every source.</summary>
    internal IReadOnlyList<ChatServerAddress> Read(ParseResult parsed)
    {
        var tls = Tls(parsed);
        var targets = parsed.GetRequiredValue(_targets).Select(target => target with { Tls = tls }).ToArray();
        return parsed.GetRequiredValue(_sources) is { Length: > 0 } sources
            ? [.. sources.SelectMany(source => targets.Select(target => target with { LocalAddress = source }))]
            : targets;
    }

    /// <summary>By its words: the value of a target that is none cannot be asked for.</summary>
    private static bool HasUnixSocket(OptionResult? targets) =>
        targets is not null
        && targets.Tokens.Any(static word => new ChatServerAddress { Host = word.Value }.UnixSocketPath is not null);

    private TlsSettings? Tls(ParseResult parsed)
    {
        var isInsecure = parsed.GetValue(_insecure);
        var trusted = parsed.GetValue(_trusted);
        return trusted is null && !isInsecure && !parsed.GetValue(_tls)
            ? null
            : (trusted ?? new TlsSettings()) with { AcceptAnyCertificate = isInsecure, AllowResumption = parsed.GetValue(_resume) == On };
    }
}
