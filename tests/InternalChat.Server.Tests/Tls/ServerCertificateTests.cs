using InternalChat.Server.Settings;
using InternalChat.Server.Tls;
using InternalChat.TestKit;
using Microsoft.Extensions.Time.Testing;

namespace InternalChat.Server.Tests.Tls;

public sealed class ServerCertificateTests : IDisposable
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);
    private readonly LinesLogger _log = new();

    [Fact]
    public void Tells_when_the_certificate_expires()
    {
        var notAfter = _time.GetUtcNow().AddDays(30);
        using var certificate = Open(notAfter);
        Assert.InRange(certificate.ExpiresAt, notAfter.AddSeconds(-1), notAfter);
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public void Warns_once_a_day_when_fewer_than_14_days_are_left()
    {
        using var certificate = Open(_time.GetUtcNow().AddDays(15).AddHours(-1));
        _time.Advance(22 * Hour);
        Assert.Empty(_log.Lines);
        _time.Advance(2 * Hour);
        Assert.Contains("expires in 13 days", Assert.Single(_log.Lines), StringComparison.Ordinal);
        for (var hour = 0; hour < 23; hour++)
            _time.Advance(Hour);
        Assert.Single(_log.Lines);
        _time.Advance(2 * Hour);
        Assert.Equal(2, _log.Lines.Count);
        Assert.Contains("expires in 12 days", _log.Lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Warns_at_the_start_and_says_where_it_is_too_late()
    {
        using (Open(_time.GetUtcNow().AddDays(13)))
            Assert.Contains("expires in", Assert.Single(_log.Lines), StringComparison.Ordinal);
        _log.Lines.Clear();
        using (Open(_time.GetUtcNow().AddHours(-1)))
            Assert.Contains("has expired", Assert.Single(_log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public void A_renewed_certificate_that_nobody_could_use_leaves_the_old_one()
    {
        using var certificate = Open(_time.GetUtcNow().AddDays(30));
        var before = certificate.Options;
        File.WriteAllText(_folder.File("server.key"), "no key\n");
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Contains("cannot be used", Assert.Single(_log.Lines), StringComparison.Ordinal);
        Assert.Same(before, certificate.Options);
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Single(_log.Lines);

        SelfSignedCertificate.Create(_folder.Path, _time.GetUtcNow().AddDays(60));
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.NotSame(before, certificate.Options);
        Assert.True(certificate.ExpiresAt > _time.GetUtcNow().AddDays(59));
    }

    [Fact]
    public void A_link_that_leads_nowhere_or_to_itself_leaves_the_old_certificate()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links take a privilege on Windows.");
        using var certificate = Open(_time.GetUtcNow().AddDays(30));
        var before = certificate.Options;
        foreach (var target in new[] { "server.key", "gone.key" })
        {
            File.Delete(_folder.File("server.key"));
            File.CreateSymbolicLink(_folder.File("server.key"), target);
            _time.Advance(TimeSpan.FromSeconds(2));
            Assert.Same(before, certificate.Options);
            Assert.Throws<SettingException>(() => certificate.Reload());
        }

        Assert.Contains("cannot be used", Assert.Single(_log.Lines), StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private ServerCertificate Open(DateTimeOffset notAfter)
    {
        var files = SelfSignedCertificate.Create(_folder.Path, notAfter);
        return new ServerCertificate(new TlsSettings(files.CertificateFile, files.KeyFile), _time, _log);
    }
}
