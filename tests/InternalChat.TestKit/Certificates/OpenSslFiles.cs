using System.Text;
using InternalChat.TestKit.Processes;

namespace InternalChat.TestKit.Certificates;

/// <summary>
/// Certificates and keys as operators have them, made by the openssl program: <c>leaf.pem</c> (CN=localhost) with <c>leaf.key</c>, signed
/// by <c>intermediate.pem</c>, which is signed by <c>root.pem</c>; and the same in the forms that are met in the field.
/// </summary>
public sealed class OpenSslFiles : IDisposable
{
    private const string Make = """
        set -e
        new() { openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$2" -keyout $1.key -out $1.csr; }
        sign() { openssl x509 -req -in $1.csr -CA $2.pem -CAkey $2.key -CAcreateserial -days 30 -extfile $3 -out $1.pem; }
        self() { openssl req -x509 -key $1.key -days 30 -subj "/CN=$1" -out $1.pem; }
        echo basicConstraints=critical,CA:TRUE > authority.ext
        printf 'subjectAltName=DNS:localhost,IP:127.0.0.1\n' > leaf.ext
        openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out root.key; self root
        new intermediate Intermediate; sign intermediate root authority.ext
        new leaf localhost; sign leaf intermediate leaf.ext

        cat leaf.pem intermediate.pem > chain.pem
        cat intermediate.pem leaf.pem > wrong-order.pem
        cat leaf.pem leaf.key > combined.pem
        sed 's/$/\r/' chain.pem > crlf.pem; sed 's/$/\r/' leaf.key > crlf.key
        mark() { printf '\357\273\277'; }
        (mark; cat leaf.pem; mark; cat intermediate.pem) > marked.pem; (mark; mark; cat leaf.key) > marked.key
        openssl x509 -in leaf.pem -text > described.pem; openssl x509 -in intermediate.pem -text >> described.pem
        openssl ec -in leaf.key -out sec1.key
        (openssl ecparam -name prime256v1; cat sec1.key) > parameters.key
        openssl pkcs8 -topk8 -in leaf.key -passout pass:secret -out encrypted.key
        openssl ec -in leaf.key -aes128 -passout pass:secret -out encrypted-old.key
        openssl pkey -in leaf.key -outform DER -out der.key; openssl x509 -in leaf.pem -outform DER -out der.pem
        openssl pkcs12 -export -in leaf.pem -inkey leaf.key -passout pass: -out pkcs12.pem
        openssl crl2pkcs7 -nocrl -certfile leaf.pem -out pkcs7.pem
        openssl crl2pkcs7 -nocrl -certfile leaf.pem -outform DER -out pkcs7-der.pem
        openssl pkey -in leaf.key -pubout -out public.key
        openssl x509 -in leaf.pem -trustout -out trusted.pem
        (cat leaf.pem; head -c 300 intermediate.pem) > cut.pem; head -c 100 leaf.key > cut.key
        (cat leaf.pem; sed '3s/./*/' intermediate.pem) > scratched.pem
        (printf %s "$(cat leaf.pem)"; cat intermediate.pem) > joined.pem
        (echo '# as in -----BEGIN CERTIFICATE-----'; cat leaf.pem) > remark.pem
        (cat leaf.pem; printf '\342\200\213'; cat intermediate.pem) > invisible.pem
        awk '{ printf "%s\\n", $0 }' leaf.key > escaped.key
        printf -- '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n' > hollow.key
        printf -- '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n' > hollow.pem
        echo nothing > text.pem; : > empty.pem
        openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out rsa.key; self rsa
        openssl rsa -in rsa.key -traditional -out rsa-old.key
        openssl genpkey -algorithm ED25519 -out ed25519.key; self ed25519
        openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out stranger.key
        truncate -s 4194305 huge.pem; mkfifo pipe.pem; ln -s pipe.pem link-to-pipe.pem; mkdir folder.pem
        cp leaf.pem forbidden.pem; chmod 000 forbidden.pem
        """;

    private readonly TemporaryFolder _folder = new();

    /// <summary>Why there are none; null where openssl has made them.</summary>
    public string? Missing { get; private set; }

    public string this[string name] => _folder.File(name);

    /// <summary>Makes them all, within a second or two.</summary>
    public async Task MakeAsync()
    {
        if (OperatingSystem.IsWindows())
        {
            Missing = "needs a shell and the openssl program";
            return;
        }

        await File.WriteAllTextAsync(_folder.File("make.sh"), $"cd '{_folder.Path}'\n{Make}\n");
        var run = await ProgramRun.ToEndAsync("/bin/sh", _folder.File("make.sh"));
        if (run.ExitCode == 127)
            Missing = "needs the openssl program";
        else if (run.ExitCode != 0)
            throw new InvalidOperationException(run.ToString());
        else
            await WriteUtf16Async();
    }

    private async Task WriteUtf16Async()
    {
        var key = await File.ReadAllTextAsync(this["leaf.key"]);
        await File.WriteAllTextAsync(this["utf16.key"], key, Encoding.Unicode);
        await File.WriteAllTextAsync(this["utf16-without-mark.key"], key, new UnicodeEncoding(bigEndian: false, byteOrderMark: false));
    }

    public void Dispose() => _folder.Dispose();
}
