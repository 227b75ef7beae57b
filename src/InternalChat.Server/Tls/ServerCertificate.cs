using System.Net.Security;
using InternalChat.Certificates;
using InternalChat.Engine.Threads;
using InternalChat.Server.Logging;
using InternalChat.Server.Settings.Parsing;

namespace InternalChat.Server.Tls;

/// <summary>
/// The certificate that new connections of every TLS listener get, kept up to date. Looks at its files every few seconds: new ones that fit
/// are used from the next connection on, those that do not are reported once and the old ones stay. Warns once a day before the certificate
/// expires. Thread-safe.
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
    private volatile LoadedCertificate _loaded;
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
        _loaded = LoadedCertificate.Load(settings);
        WarnOfOrder();
        WarnOfTime();
        _timer = new RepeatingTimer(time, static () => Interval, Look, "The look at the certificate's files", logger);
    }

    /// <summary>What a connection that begins now is to use.</summary>
    public SslServerAuthenticationOptions Options => _loaded.Options;

    /// <summary>When the certificate in use expires. For how long it is good, subtract the time now; negative after it.</summary>
    public DateTimeOffset ExpiresAt => _loaded.ExpiresAt;

    /// <summary>What is in use, for people.</summary>
    public string Description => _loaded.Description;

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
        var loaded = LoadedCertificate.Load(_settings);
        if (loaded.IsSameAs(_loaded))
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

    private void WarnOfOrder()
    {
        if (_loaded.FindOutOfOrder() is { } wrong)
            ServerLog.CertificatesOutOfOrder(_logger, _settings.CertificateFile, wrong.Number, wrong.Subject, wrong.SignerOfPrevious);
    }

    /// <summary>Never more than a warning: it may be this machine's clock that is wrong.</summary>
    private void WarnOfTime()
    {
        var now = _time.GetUtcNow();
        var left = ExpiresAt - now;
        var validFrom = _loaded.ValidFrom;
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
}
