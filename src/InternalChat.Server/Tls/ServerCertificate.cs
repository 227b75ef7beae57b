using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using InternalChat.Certificates;
using InternalChat.Engine;
using InternalChat.Server.Logging;
using InternalChat.Server.Settings.Parsing;

namespace InternalChat.Server.Tls;

/// <summary>
/// The certificate that new connections of every TLS listener get, and the authorities that their clients' certificates are judged
/// by. Looks at its files every few seconds; new ones that fit are used from the next connection on, those that do not are reported
/// once and the old ones stay. Warns once a day before the certificate expires. Thread-safe.
/// </summary>
/// <remarks>
/// Looks at the contents instead of watching: files that are replaced by a link's switch, as certificate tools do, or that lie on
/// a network are not seen by a watcher, and a renewed certificate may have the length and the time of the old one.
/// </remarks>
internal sealed class ServerCertificate : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan WarningTime = TimeSpan.FromDays(14);
    private static readonly TimeSpan WarningInterval = TimeSpan.FromDays(1);

    private readonly TlsSettings _settings;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly RepeatingTimer _timer;
    private readonly Lock _gate = new();
    private volatile Loaded _loaded;
    private string _seen;

    // By the clock that cannot be set.
    private long? _warnedAt;

    /// <exception cref="SettingException">
    /// The files are no certificate with its key, or no client could connect with these settings.
    /// </exception>
    public ServerCertificate(TlsSettings settings, TimeProvider time, ILogger logger)
    {
        _settings = settings;
        _time = time;
        _logger = logger;
        _seen = Fingerprint();
        _loaded = Load();
        WarnOfOrder();
        WarnOfTime();
        _timer = new RepeatingTimer(time, static () => Interval, Look, "The look at the certificate's files", logger);
    }

    /// <summary>What a connection that begins now is to use.</summary>
    public SslServerAuthenticationOptions Options => _loaded.Options;

    /// <summary>When the certificate in use expires. For how long it is good, subtract the time now; negative after it.</summary>
    public DateTimeOffset ExpiresAt => Certificate.NotAfter;

    /// <summary>What is in use, for people.</summary>
    public string Description => $"{Certificate.Subject} until {ExpiresAt:yyyy-MM-dd}";

    private SslStreamCertificateContext Chain => _loaded.Options.ServerCertificateContext!;

    private X509Certificate2 Certificate => Chain.TargetCertificate;

    /// <summary>Takes the files as they are now, without waiting for the next look at them.</summary>
    /// <returns>Whether they are other ones than those in use.</returns>
    /// <exception cref="SettingException">They cannot be used; the old ones stay in use.</exception>
    public bool Reload()
    {
        lock (_gate)
            return TryTake(Fingerprint());
    }

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        lock (_gate)
        {
            try
            {
                if (Fingerprint() is var now && now != _seen)
                    TryTake(now);
            }
            catch (SettingException exception)
            {
                ServerLog.CertificateRefused(_logger, _settings.CertificateFile, exception.Message);
            }

            WarnOfTime();
        }
    }

    /// <exception cref="SettingException">The files cannot be used.</exception>
    private bool TryTake(string fingerprint)
    {
        _seen = fingerprint;
        var loaded = Load();
        if (loaded.Contents == _loaded.Contents)
            return false;
        // The old one is left to the collector: handshakes may be using it.
        _loaded = loaded;
        _warnedAt = null;
        ServerLog.CertificateReloaded(_logger, _settings.CertificateFile);
        WarnOfOrder();
        return true;
    }

    private string Fingerprint() => CertificateFiles.Fingerprint(
        _settings.CertificateFile, _settings.KeyFile, _settings.Clients?.AuthorityFile);

    /// <summary>The server sends what the file has, and cannot know which of it clients need.</summary>
    private void WarnOfOrder()
    {
        var signed = Certificate;
        foreach (var (index, signer) in Chain.IntermediateCertificates.Index())
        {
            if (!signed.IssuerName.RawData.AsSpan().SequenceEqual(signer.SubjectName.RawData))
            {
                ServerLog.CertificatesOutOfOrder(_logger, _settings.CertificateFile, index + 2, signer.Subject, signed.Issuer);
                return;
            }

            signed = signer;
        }
    }

    /// <summary>Never more than a warning: it may be this machine's clock that is wrong.</summary>
    private void WarnOfTime()
    {
        var now = _time.GetUtcNow();
        var left = ExpiresAt - now;
        DateTimeOffset validFrom = Certificate.NotBefore;
        if ((left >= WarningTime && now >= validFrom)
            || (_warnedAt is { } warnedAt && _time.GetElapsedTime(warnedAt) < WarningInterval))
        {
            return;
        }

        _warnedAt = _time.GetTimestamp();
        if (now < validFrom)
            ServerLog.CertificateNotYetValid(_logger, _settings.CertificateFile, validFrom, now);
        else if (left > TimeSpan.Zero)
            ServerLog.CertificateExpires(_logger, _settings.CertificateFile, (int)left.TotalDays, ExpiresAt);
        else
            ServerLog.CertificateHasExpired(_logger, _settings.CertificateFile, ExpiresAt);
    }

    /// <exception cref="SettingException">The files cannot be used.</exception>
    private Loaded Load()
    {
        var options = Read("--tls-cert and --tls-key", ReadOwn);
        X509Certificate2Collection authorities = [];
        if (_settings.Clients is { } clients)
        {
            authorities = Read("--tls-client-ca", () => CertificateFiles.ReadCertificates(clients.AuthorityFile));
            ClientCertificates.Demand(options, authorities, clients.IsRequired);
        }

        var chain = options.ServerCertificateContext!;
        return new Loaded(options, string.Join(
            ' ',
            chain.IntermediateCertificates.Prepend(chain.TargetCertificate).Concat(authorities).Select(static one => one.Thumbprint)));
    }

    private SslServerAuthenticationOptions ReadOwn()
    {
        var options = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = CertificateFiles.ReadChain(_settings.CertificateFile, _settings.KeyFile),
            EnabledSslProtocols = _settings.Versions,
            CipherSuitesPolicy = PolicyOf(_settings.Ciphers),
            // Empty, so that no protocol is chosen whatever a client offers. For null, Kestrel would put in those of HTTP.
            ApplicationProtocols = [],
        };
        HandshakeTrial.Run(options);
        return options;
    }

    private static CipherSuitesPolicy? PolicyOf(IReadOnlyList<TlsCipherSuite>? suites)
    {
        if (suites is null)
            return null;
        return OperatingSystem.IsLinux()
            ? new CipherSuitesPolicy(suites)
            : throw new PlatformNotSupportedException("cipher suites can be chosen on Linux only");
    }

    private static T Read<T>(string settings, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException
            or CryptographicException or ArgumentException or AuthenticationException or NotSupportedException)
        {
            throw new SettingException($"{settings}: {exception.Message.ReplaceLineEndings(" ")}");
        }
    }

    /// <param name="Options">Not to be changed.</param>
    /// <param name="Contents">The thumbprints of all certificates in the files.</param>
    private sealed record Loaded(SslServerAuthenticationOptions Options, string Contents);
}
