using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using InternalChat.Server.Hosting;
using InternalChat.Server.Settings;

namespace InternalChat.Server.Tls;

/// <summary>
/// The certificate that new connections get. Looks at its files every few seconds; a new pair that fits is used from the next
/// connection on, one that does not is reported once and the old one stays. Thread-safe.
/// </summary>
/// <remarks>
/// Looks at time and size instead of watching: files that are replaced by a link's switch, as certificate tools do, or that lie on
/// a network are not seen by a watcher.
/// </remarks>
internal sealed class ServerCertificate : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private readonly TlsFiles _files;
    private readonly ILogger _logger;
    private readonly ITimer _timer;
    private readonly Lock _gate = new();
    private volatile SslServerAuthenticationOptions _options;
    private (FileStamp Certificate, FileStamp Key) _seen;

    /// <exception cref="SettingException">The files are no certificate with its key.</exception>
    public ServerCertificate(TlsFiles files, TimeProvider time, ILogger logger)
    {
        _files = files;
        _logger = logger;
        _seen = Stamps();
        try
        {
            _options = Load();
        }
        catch (Exception exception) when (IsUnusable(exception))
        {
            throw Unusable(exception);
        }

        _timer = time.CreateTimer(_ => ReloadWhereChanged(), null, Interval, Interval);
    }

    /// <summary>What a connection that begins now is to use.</summary>
    public SslServerAuthenticationOptions Options => _options;

    /// <summary>When the certificate in use expires.</summary>
    public DateTimeOffset ExpiresAt => _options.ServerCertificateContext!.TargetCertificate.NotAfter;

    /// <summary>Takes the files as they are now, without waiting for the next look at them.</summary>
    /// <returns>Whether they are other ones than those in use.</returns>
    /// <exception cref="SettingException">They cannot be used; the old ones stay in use.</exception>
    public bool Reload()
    {
        lock (_gate)
        {
            _seen = Stamps();
            try
            {
                var loaded = Load();
                if (Thumbprint(loaded) == Thumbprint(_options))
                    return false;
                _options = loaded;
            }
            catch (Exception exception) when (IsUnusable(exception))
            {
                throw Unusable(exception);
            }

            ServerLog.CertificateReloaded(_logger, _files.Certificate);
            return true;
        }
    }

    public void Dispose() => _timer.Dispose();

    private void ReloadWhereChanged()
    {
        lock (_gate)
        {
            var stamps = Stamps();
            if (stamps == _seen)
                return;
            _seen = stamps;
            try
            {
                // The old one is left to the collector: handshakes may be using it.
                _options = Load();
                ServerLog.CertificateReloaded(_logger, _files.Certificate);
            }
            catch (Exception exception) when (IsUnusable(exception))
            {
                ServerLog.CertificateRefused(_logger, _files.Certificate, exception.Message.ReplaceLineEndings(" "));
            }
        }
    }

    private SslServerAuthenticationOptions Load()
    {
        var certificate = X509Certificate2.CreateFromPemFile(_files.Certificate, _files.Key);
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(_files.Certificate);
        return new SslServerAuthenticationOptions
        {
            ServerCertificateContext = SslStreamCertificateContext.Create(certificate, chain, offline: true),
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        };
    }

    private static string Thumbprint(SslServerAuthenticationOptions options) => options.ServerCertificateContext!.TargetCertificate.Thumbprint;

    private static SettingException Unusable(Exception exception) =>
        new($"--tls-cert and --tls-key: {exception.Message.ReplaceLineEndings(" ")}");

    private (FileStamp Certificate, FileStamp Key) Stamps() => (FileStamp.Of(_files.Certificate), FileStamp.Of(_files.Key));

    private static bool IsUnusable(Exception exception) =>
        exception is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException;

    private readonly record struct FileStamp(DateTime Written, long Length)
    {
        public static FileStamp Of(string path)
        {
            var file = new FileInfo(path);
            // A link's own time does not change with its target.
            if (file.LinkTarget is not null && file.ResolveLinkTarget(returnFinalTarget: true) is FileInfo target)
                file = target;
            return file.Exists ? new FileStamp(file.LastWriteTimeUtc, file.Length) : default;
        }
    }
}
