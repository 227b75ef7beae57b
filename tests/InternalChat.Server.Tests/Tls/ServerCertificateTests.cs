using InternalChat.Server.Settings.Parsing;
using InternalChat.Server.Tls;
using InternalChat.TestKit;
using InternalChat.TestKit.Certificates;
using InternalChat.TestKit.Processes;
using Microsoft.Extensions.Time.Testing;

namespace InternalChat.Server.Tests.Tls;

public sealed class ServerCertificateTests : IDisposable
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);
    private static readonly string[] Names = ["server.crt", "server.key"];

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

    [Fact]
    public void A_renewed_certificate_of_the_same_length_and_time_is_used()
    {
        var renewed = Directory.CreateDirectory(_folder.File("renewed")).FullName;
        SelfSignedCertificate.Create(renewed, _time.GetUtcNow().AddDays(60));
        SelfSignedCertificate.Create(_folder.Path, _time.GetUtcNow().AddDays(30));
        foreach (var name in Names)
            LookAlike(_folder.File(name), Path.Combine(renewed, name));
        using var certificate = new ServerCertificate(
            new TlsSettings(_folder.File("server.crt"), _folder.File("server.key")), _time, _log);
        foreach (var name in Names)
            File.Move(Path.Combine(renewed, name), _folder.File(name), overwrite: true);
        _time.Advance(Interval);
        Assert.True(certificate.ExpiresAt > _time.GetUtcNow().AddDays(59));
    }

    [Theory]
    [InlineData("live/server.crt", "live/server.key")]
    [InlineData("server.crt", "server.key")]
    public void A_link_that_is_switched_to_files_of_the_same_length_and_time_is_followed(string certificateFile, string keyFile)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links take a privilege on Windows.");
        // As certbot links single files into its archive, and Kubernetes all of them through one link to a folder.
        var (old, renewed) = (_folder.File("1"), _folder.File("2"));
        Directory.CreateDirectory(old);
        Directory.CreateDirectory(renewed);
        SelfSignedCertificate.Create(old, _time.GetUtcNow().AddDays(30));
        SelfSignedCertificate.Create(renewed, _time.GetUtcNow().AddDays(60));
        foreach (var name in Names)
        {
            LookAlike(Path.Combine(old, name), Path.Combine(renewed, name));
            File.CreateSymbolicLink(_folder.File(name), Path.Combine("live", name));
        }

        Directory.CreateSymbolicLink(_folder.File("live"), "1");
        using var certificate = new ServerCertificate(
            new TlsSettings(_folder.File(certificateFile), _folder.File(keyFile)), _time, _log);
        Directory.Delete(_folder.File("live"));
        Directory.CreateSymbolicLink(_folder.File("live"), "2");
        _time.Advance(Interval);
        Assert.True(certificate.ExpiresAt > _time.GetUtcNow().AddDays(59));
    }

    [Fact]
    public void One_new_file_of_two_is_reported_with_its_cause_and_used_when_the_other_comes()
    {
        using var certificate = Open(_time.GetUtcNow().AddDays(30));
        var before = certificate.Options;
        var oldKey = File.ReadAllText(_folder.File("server.key"));
        SelfSignedCertificate.Create(_folder.Path, _time.GetUtcNow().AddDays(60));
        var key = File.ReadAllText(_folder.File("server.key"));
        File.WriteAllText(_folder.File("server.key"), oldKey);
        _time.Advance(Interval);
        Assert.Contains("is not that of the certificate", Assert.Single(_log.Lines), StringComparison.Ordinal);
        Assert.Same(before, certificate.Options);
        File.WriteAllText(_folder.File("server.key"), key);
        _time.Advance(Interval);
        Assert.NotSame(before, certificate.Options);
    }

    [Fact]
    public void Files_that_are_gone_for_a_moment_leave_the_certificate()
    {
        using var certificate = Open(_time.GetUtcNow().AddDays(30));
        var before = certificate.Options;
        File.Move(_folder.File("server.crt"), _folder.File("elsewhere"));
        _time.Advance(Interval);
        Assert.Contains("cannot be used, the old one stays", Assert.Single(_log.Lines), StringComparison.Ordinal);
        File.Move(_folder.File("elsewhere"), _folder.File("server.crt"));
        _time.Advance(Interval);
        Assert.Same(before, certificate.Options);
        Assert.Single(_log.Lines);
        Assert.False(certificate.Reload());
    }

    [Fact]
    public async Task A_pipe_or_a_huge_file_in_the_place_of_one_does_not_stop_the_look()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There is no mkfifo on Windows.");
        using var certificate = Open(_time.GetUtcNow().AddDays(30));
        var before = certificate.Options;
        File.Delete(_folder.File("server.key"));
        Assert.Equal(0, (await ProgramRun.ToEndAsync("mkfifo", _folder.File("server.key"))).ExitCode);
        await LookAsync();
        Assert.Contains("no regular file", Assert.Single(_log.Lines), StringComparison.Ordinal);
        File.Delete(_folder.File("server.key"));
        await using (var huge = File.Create(_folder.File("server.key")))
            huge.SetLength(1L << 32);
        await LookAsync();
        Assert.Throws<SettingException>(() => certificate.Reload());
        Assert.Same(before, certificate.Options);

        Task LookAsync() => Task.Run(() => _time.Advance(Interval)).WaitAsync(Patience.Limit);
    }

    [Fact]
    public void A_clock_that_is_set_back_neither_refuses_a_certificate_nor_silences_the_warning()
    {
        var clock = new WallClock(_time);
        var files = SelfSignedCertificate.Create(_folder.Path, _time.GetUtcNow().AddDays(13));
        using var certificate = new ServerCertificate(new TlsSettings(files.CertificateFile, files.KeyFile), clock, _log);
        Assert.Contains("expires in 12 days", Assert.Single(_log.Lines), StringComparison.Ordinal);
        clock.SetBy = TimeSpan.FromDays(-365);
        for (var hour = 0; hour <= 24; hour++)
            _time.Advance(Hour);
        Assert.Equal(2, _log.Lines.Count);
        Assert.Contains("this machine's clock says", _log.Lines[1], StringComparison.Ordinal);
        Assert.False(certificate.Reload());
    }

    [Fact]
    public void Certificates_that_did_not_sign_one_another_are_warned_of()
    {
        var files = SelfSignedCertificate.Create(_folder.Path);
        using var stranger = new CertificateAuthority("Stranger");
        File.AppendAllText(files.CertificateFile, stranger.Pem);
        using var certificate = new ServerCertificate(new TlsSettings(files.CertificateFile, files.KeyFile), _time, _log);
        Assert.Contains("number 2, CN=Stranger, is not CN=localhost", Assert.Single(_log.Lines), StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>Makes both files equally long and equally old: PEM does not mind what stands behind it.</summary>
    private static void LookAlike(string one, string other)
    {
        var (length, otherLength) = (new FileInfo(one).Length, new FileInfo(other).Length);
        File.AppendAllText(length < otherLength ? one : other, new string('\n', (int)Math.Abs(length - otherLength)));
        foreach (var file in new[] { one, other })
            File.SetLastWriteTimeUtc(file, DateTime.UnixEpoch);
    }

    private ServerCertificate Open(DateTimeOffset notAfter)
    {
        var files = SelfSignedCertificate.Create(_folder.Path, notAfter);
        return new ServerCertificate(new TlsSettings(files.CertificateFile, files.KeyFile), _time, _log);
    }

    /// <summary>A clock that somebody sets, while time goes on as ever.</summary>
    private sealed class WallClock(TimeProvider real) : TimeProvider
    {
        public TimeSpan SetBy { get; set; }

        public override long TimestampFrequency => real.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => real.GetUtcNow() + SetBy;

        public override long GetTimestamp() => real.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            real.CreateTimer(callback, state, dueTime, period);
    }
}
