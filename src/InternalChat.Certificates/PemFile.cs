using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace InternalChat.Certificates;

/// <summary>One <c>-----BEGIN LABEL-----</c> to its end.</summary>
internal readonly record struct PemBlock(string Label, string Text);

/// <summary>
/// A text file with blocks of PEM. What stands around the blocks does not matter, nor what files leave that were put together: byte order
/// marks in the middle, and a block that begins on the line where another ends. A damaged block does matter: it would silently be missing.
/// </summary>
internal sealed class PemFile
{
    /// <summary>The label of what only a passphrase opens, whichever of the two formats it has.</summary>
    public const string Encrypted = "ENCRYPTED PRIVATE KEY";

    private const string Begin = "-----BEGIN ";

    private PemFile(string path, IReadOnlyList<PemBlock> blocks)
    {
        Path = path;
        Blocks = blocks;
    }

    public string Path { get; }

    /// <summary>At least one, in the file's order.</summary>
    public IReadOnlyList<PemBlock> Blocks { get; }

    /// <exception cref="IOException">There is no such file, or it cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">This program may not read it.</exception>
    /// <exception cref="InvalidDataException">It is no PEM, or damaged.</exception>
    public static PemFile Read(string path)
    {
        var text = SmallFile.Read(path, bytes => Decode(path, bytes));
        var blocks = new List<PemBlock>();
        var rest = text.AsSpan();
        while (PemEncoding.TryFind(rest, out var fields))
        {
            AddSkipped(path, rest[..fields.Location.Start], blocks);
            blocks.Add(new PemBlock(rest[fields.Label].ToString(), rest[fields.Location].ToString()));
            rest = rest[fields.Location.End..];
        }

        AddSkipped(path, rest, blocks);
        return new PemFile(path, blocks);
    }

    private static string Decode(string path, ReadOnlySpan<byte> bytes)
    {
        var encoding = bytes.StartsWith(Encoding.Unicode.Preamble) ? Encoding.Unicode
            : bytes.StartsWith(Encoding.BigEndianUnicode.Preamble) ? Encoding.BigEndianUnicode
            : Encoding.UTF8;
        var text = encoding.GetString(bytes)
            .Replace("\uFEFF", "", StringComparison.Ordinal)
            .Replace("-----" + Begin, "-----\n" + Begin, StringComparison.Ordinal);
        return text.Contains(Begin, StringComparison.Ordinal)
            ? text
            : throw new InvalidDataException($"{path} {DescribeForeign(path, bytes)}");
    }

    private static string DescribeForeign(string path, ReadOnlySpan<byte> bytes)
    {
        if (bytes.IndexOf("-\0-\0-\0"u8) >= 0)
            return "is UTF-16 text without a byte order mark: save it as UTF-8";
        if (!bytes.StartsWith((byte)0x30))
            return "is no PEM file: no line of it begins with -----BEGIN";
        return TypeOf(bytes) switch
        {
            X509ContentType.Cert =>
                $"is a certificate in binary form (DER): convert it with openssl x509 -inform DER -in {path} -out NEW-FILE",
            X509ContentType.Pfx =>
                $"is PKCS#12: take certificates and key out of it with openssl pkcs12 -nodes -in {path} -out NEW-FILE",
            X509ContentType.Pkcs7 =>
                $"is PKCS#7 in binary form: convert it with openssl pkcs7 -inform DER -print_certs -in {path} -out NEW-FILE",
            _ => $"is in binary form (DER), not PEM: if it is a key, convert it with openssl pkey -inform DER -in {path} -out NEW-FILE",
        };
    }

    private static X509ContentType TypeOf(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return X509Certificate2.GetCertContentType(bytes);
        }
        catch (CryptographicException)
        {
            return X509ContentType.Unknown;
        }
    }

    /// <summary>What the library passed over: the old form of an encrypted key, which has a header, or a damaged block.</summary>
    private static void AddSkipped(string path, ReadOnlySpan<char> skipped, List<PemBlock> blocks)
    {
        foreach (var line in skipped.EnumerateLines())
        {
            var start = line.IndexOf(Begin, StringComparison.Ordinal);
            // Behind words it is a remark.
            if (start < 0 || line[..start].ContainsAnyInRange('!', '~'))
                continue;
            if (!skipped.Contains("Proc-Type: 4,ENCRYPTED", StringComparison.Ordinal))
                throw new InvalidDataException($"{path} is damaged: {DescribeDamage(line[start..])}");
            blocks.Add(new PemBlock(Encrypted, ""));
        }
    }

    /// <param name="line">Not to be repeated: a whole private key may stand in it.</param>
    private static string DescribeDamage(ReadOnlySpan<char> line)
    {
        var label = line[Begin.Length..];
        label = label[..Math.Max(0, label.IndexOf("-----", StringComparison.Ordinal))];
        return line.Contains("\\n", StringComparison.Ordinal)
            ? $"the block '{label}' has \\n written out where its lines should end"
            : $"the block '{label}' is cut short, has characters that are no base64, or stands behind one that cannot be seen";
    }
}
