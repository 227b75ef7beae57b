using InternalChat.Certificates;
using InternalChat.TestKit;
using InternalChat.TestKit.Certificates;

namespace InternalChat.Server.Tests.Certificates;

/// <summary>Files as the openssl program makes them: what is meant without doubt is read, of all else the cause is named.</summary>
public sealed class CertificateFilesTests(CertificateFilesTests.Made made) : IClassFixture<CertificateFilesTests.Made>
{
    private OpenSslFiles Files { get; } = made.Files.Missing is { } reason ? Skip(reason) : made.Files;

    [Theory]
    [InlineData("leaf.pem", "leaf.key", 0)]
    [InlineData("chain.pem", "leaf.key", 1)]
    [InlineData("crlf.pem", "crlf.key", 1)]
    [InlineData("marked.pem", "marked.key", 1)]
    [InlineData("described.pem", "utf16.key", 1)]
    [InlineData("chain.pem", "sec1.key", 1)]
    [InlineData("chain.pem", "parameters.key", 1)]
    [InlineData("combined.pem", "combined.pem", 0)]
    [InlineData("joined.pem", "leaf.key", 1)]
    [InlineData("remark.pem", "leaf.key", 0)]
    public void What_is_meant_without_doubt_is_read(string certificate, string key, int others)
    {
        var chain = CertificateFiles.ReadChain(Files[certificate], Files[key]);
        Assert.Equal("CN=localhost", chain.TargetCertificate.Subject);
        Assert.True(chain.TargetCertificate.HasPrivateKey);
        Assert.Equal(others, chain.IntermediateCertificates.Count);
    }

    [Theory]
    [InlineData("rsa.pem", "rsa.key")]
    [InlineData("rsa.pem", "rsa-old.key")]
    public void Keys_may_be_RSA(string certificate, string key) =>
        Assert.Equal("CN=rsa", CertificateFiles.ReadChain(Files[certificate], Files[key]).TargetCertificate.Subject);

    [Theory]
    [InlineData("leaf.pem", "encrypted.key", "encrypted.key", "is encrypted")]
    [InlineData("leaf.pem", "encrypted-old.key", "encrypted-old.key", "is encrypted")]
    [InlineData("wrong-order.pem", "leaf.key", "wrong-order.pem", "number 2 of 2, CN=localhost; it has to be the first")]
    [InlineData("leaf.key", "leaf.pem", "leaf.key", "swapped")]
    [InlineData("encrypted.key", "leaf.pem", "encrypted.key", "swapped")]
    [InlineData("leaf.pem", "rsa.key", "rsa.key", "of kind RSA, but the certificate")]
    [InlineData("rsa.pem", "leaf.key", "leaf.key", "of kind EC, but the certificate")]
    [InlineData("leaf.pem", "stranger.key", "stranger.key", "is not that of the certificate")]
    [InlineData("leaf.pem", "der.key", "der.key", "binary form (DER)")]
    [InlineData("leaf.pem", "public.key", "public.key", "a public key")]
    [InlineData("leaf.pem", "chain.pem", "chain.pem", "no private key that can be used, but certificates")]
    [InlineData("leaf.pem", "utf16-without-mark.key", "utf16-without-mark.key", "UTF-16")]
    [InlineData("leaf.pem", "cut.key", "cut.key", "damaged")]
    [InlineData("leaf.pem", "hollow.key", "hollow.key", "damaged")]
    [InlineData("leaf.pem", "escaped.key", "escaped.key", "'PRIVATE KEY' has \\n written out")]
    [InlineData("leaf.pem", "empty.pem", "empty.pem", "is empty")]
    [InlineData("leaf.pem", "folder.pem", "folder.pem", "is a directory")]
    [InlineData("leaf.pem", "huge.pem", "huge.pem", "4194305 bytes")]
    [InlineData("leaf.pem", "text.pem", "text.pem", "no PEM file")]
    [InlineData("ed25519.pem", "ed25519.key", "ed25519.pem", "use RSA or EC")]
    public void What_is_wrong_with_a_pair_is_named(string certificate, string key, string culprit, string cause) =>
        ExpectRefused(() => CertificateFiles.ReadChain(Files[certificate], Files[key]), culprit, cause);

    [Theory]
    [InlineData("der.pem", "certificate in binary form (DER)")]
    [InlineData("pkcs12.pem", "PKCS#12")]
    [InlineData("pkcs7.pem", "PKCS#7")]
    [InlineData("pkcs7-der.pem", "PKCS#7")]
    [InlineData("leaf.csr", "certificate request")]
    [InlineData("trusted.pem", "TRUSTED CERTIFICATE")]
    [InlineData("cut.pem", "cut short")]
    [InlineData("scratched.pem", "damaged")]
    [InlineData("invisible.pem", "cannot be seen")]
    [InlineData("hollow.pem", "damaged")]
    [InlineData("leaf.key", "no certificate that can be used, but PRIVATE KEY")]
    public void What_is_wrong_with_certificates_is_named(string file, string cause)
    {
        ExpectRefused(() => CertificateFiles.ReadCertificates(Files[file]), file, cause);
        ExpectRefused(() => CertificateFiles.ReadChain(Files[file], Files["leaf.key"]), file, cause);
    }

    [Fact]
    public async Task A_pipe_is_not_waited_for()
    {
        foreach (var pipe in new[] { "pipe.pem", "link-to-pipe.pem" })
        {
            var reading = Task.Run(
                () => ExpectRefused(() => CertificateFiles.ReadCertificates(Files[pipe]), pipe, "no regular file"),
                TestContext.Current.CancellationToken);
            await reading.WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public void A_file_that_may_not_be_read_is_named_with_who_may_not()
    {
        Assert.SkipWhen(Environment.IsPrivilegedProcess, "A privileged process may read every file.");
        var refusal = Assert.Throws<UnauthorizedAccessException>(() => CertificateFiles.ReadCertificates(Files["forbidden.pem"]));
        Assert.Contains($"forbidden.pem may not be read by user {Environment.UserName}", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_there_is_an_IO_error() =>
        Assert.ThrowsAny<IOException>(() => CertificateFiles.ReadCertificates(Files["missing.pem"]));

    private void ExpectRefused(Action read, string culprit, string cause)
    {
        var message = Assert.Throws<InvalidDataException>(read).Message;
        Assert.Contains(cause, message, StringComparison.Ordinal);
        Assert.Contains($"/{culprit}", message, StringComparison.Ordinal);
        Assert.DoesNotContain(File.ReadLines(Files["leaf.key"]).ElementAt(1), message, StringComparison.Ordinal);
    }

    private static OpenSslFiles Skip(string reason)
    {
        Assert.Skip(reason);
        return null!;
    }

    /// <summary>Once for all tests: keys take a while.</summary>
    public sealed class Made : IAsyncLifetime
    {
        public OpenSslFiles Files { get; } = new();

        public async ValueTask InitializeAsync() => await Files.MakeAsync();

        public ValueTask DisposeAsync()
        {
            Files.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
