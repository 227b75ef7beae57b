using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using InternalChat.Engine;
using InternalChat.Server.Hosting;
using InternalChat.Server.Settings;

namespace InternalChat.Server.Tls;

/// <summary>
/// The certificate that new connections of every TLS listener get, and the authorities that their clients' certificates are judged
/// by. Looks at its files every few seconds; new ones that fit are used from the next connection on, those that do not are reported
/// once and the old ones stay. Warns once a day before the certificate expires. Thread-safe.
/// </summary>
/// <remarks>
/// Looks at time and size instead of watching: files that are replaced by a link's switch, as certificate tools do, or that lie on
/// a network are not seen by a watcher.
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
    private Stamps _seen;
    private DateTimeOffset _nextWarning = DateTimeOffset.MinValue;

    /// <exception cref="SettingException">
    /// The files are no certificate with its key, or no client could connect with these settings.
    /// </exception>
    public ServerCertificate(TlsSettings settings, TimeProvider time, ILogger logger)
    {
        _settings = settings;
        _time = time;
        _logger = logger;
        _seen = Stamps.Of(settings);
        try
        {
            _loaded = Load();
        }
        catch (Exception exception) when (IsUnusable(exception))
        {
            throw Unusable(exception);
        }

        WarnWhereExpiring();
        _timer = new RepeatingTimer(time, static () => Interval, Look, "The look at the certificate's files", logger);
    }

    /// <summary>What a connection that begins now is to use.</summary>
    public SslServerAuthenticationOptions Options => _loaded.Options;

    /// <summary>When the certificate in use expires. For how long it is good, subtract the time now; negative after it.</summary>
    public DateTimeOffset ExpiresAt => Certificate.NotAfter;

    /// <summary>What is in use, for people.</summary>
    public string Description => $"{Certificate.Subject} until {ExpiresAt:yyyy-MM-dd}";

    private X509Certificate2 Certificate => _loaded.Options.ServerCertificateContext!.TargetCertificate;

    /// <summary>Takes the files as they are now, without waiting for the next look at them.</summary>
    /// <returns>Whether they are other ones than those in use.</returns>
    /// <exception cref="SettingException">They cannot be used; the old ones stay in use.</exception>
    public bool Reload()
    {
        lock (_gate)
        {
            _seen = Stamps.Of(_settings);
            try
            {
                return TryTake(Load());
            }
            catch (Exception exception) when (IsUnusable(exception))
            {
                throw Unusable(exception);
            }
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        lock (_gate)
        {
            ReloadWhereChanged();
            WarnWhereExpiring();
        }
    }

    private void ReloadWhereChanged()
    {
        var stamps = Stamps.Of(_settings);
        if (stamps == _seen)
            return;
        _seen = stamps;
        try
        {
            TryTake(Load());
        }
        catch (Exception exception) when (IsUnusable(exception))
        {
            ServerLog.CertificateRefused(_logger, _settings.CertificateFile, Reason(exception));
        }
    }

    private bool TryTake(Loaded loaded)
    {
        if (loaded.Contents == _loaded.Contents)
            return false;
        // The old one is left to the collector: handshakes may be using it.
        _loaded = loaded;
        _nextWarning = DateTimeOffset.MinValue;
        ServerLog.CertificateReloaded(_logger, _settings.CertificateFile);
        return true;
    }

    private void WarnWhereExpiring()
    {
        var now = _time.GetUtcNow();
        var left = ExpiresAt - now;
        if (left >= WarningTime || now < _nextWarning)
            return;
        _nextWarning = now + WarningInterval;
        if (left > TimeSpan.Zero)
            ServerLog.CertificateExpires(_logger, _settings.CertificateFile, (int)left.TotalDays, ExpiresAt);
        else
            ServerLog.CertificateHasExpired(_logger, _settings.CertificateFile, ExpiresAt);
    }

    private Loaded Load()
    {
        var certificate = X509Certificate2.CreateFromPemFile(_settings.CertificateFile, _settings.KeyFile);
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(_settings.CertificateFile);
        var options = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = SslStreamCertificateContext.Create(certificate, chain, offline: true),
            EnabledSslProtocols = _settings.Versions,
            CipherSuitesPolicy = PolicyOf(_settings.Ciphers),
        };
        HandshakeTrial.Run(options);
        var authorities = new X509Certificate2Collection();
        if (_settings.Clients is { } clients)
        {
            authorities.ImportFromPemFile(clients.AuthorityFile);
            ClientCertificates.Demand(options, authorities, clients);
        }

        return new Loaded(options, string.Join(' ', chain.Concat(authorities).Select(static one => one.Thumbprint)));
    }

    private static CipherSuitesPolicy? PolicyOf(IReadOnlyList<TlsCipherSuite>? suites)
    {
        if (suites is null)
            return null;
        return OperatingSystem.IsLinux()
            ? new CipherSuitesPolicy(suites)
            : throw new PlatformNotSupportedException("cipher suites can be chosen on Linux only");
    }

    private static bool IsUnusable(Exception exception) =>
        exception is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException or AuthenticationException
            or PlatformNotSupportedException;

    private static string Reason(Exception exception) => exception.GetBaseException().Message.ReplaceLineEndings(" ");

    private static SettingException Unusable(Exception exception) => new($"--tls-cert and --tls-key: {Reason(exception)}");

    /// <param name="Options">Not to be changed.</param>
    /// <param name="Contents">The thumbprints of all certificates in the files.</param>
    private sealed record Loaded(SslServerAuthenticationOptions Options, string Contents);

    /// <summary>How the files looked.</summary>
    private readonly record struct Stamps(FileStamp Certificate, FileStamp Key, FileStamp Authorities)
    {
        public static Stamps Of(TlsSettings settings) => new(
            FileStamp.Of(settings.CertificateFile), FileStamp.Of(settings.KeyFile), FileStamp.Of(settings.Clients?.AuthorityFile));
    }

    private readonly record struct FileStamp(DateTime Written, long Length)
    {
        public static FileStamp Of(string? path)
        {
            if (path is null)
                return default;
            try
            {
                var file = new FileInfo(path);
                // A link's own time does not change with its target.
                if (file.LinkTarget is not null && file.ResolveLinkTarget(returnFinalTarget: true) is FileInfo target)
                    file = target;
                return file.Exists ? new FileStamp(file.LastWriteTimeUtc, file.Length) : default;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // As one that is missing: whoever reads it next says why. The timer that looks could tell nobody.
                return default;
            }
        }
    }
}
