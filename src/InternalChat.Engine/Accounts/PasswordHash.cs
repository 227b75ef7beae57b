using System.Globalization;
using System.Security.Cryptography;

namespace InternalChat.Engine.Accounts;

/// <summary>
/// A stored password, written as the original did: <c>pbkdf2_sha256$iterations$salt hex$digest hex</c> (PBKDF2-HMAC-SHA256, 16 bytes
/// of salt, 32 bytes of digest).
/// </summary>
internal sealed class PasswordHash
{
    private const string Scheme = "pbkdf2_sha256";
    private const int SaltBytes = 16;
    private const int DigestBytes = 32;

    private readonly byte[] _salt;
    private readonly byte[] _digest;

    private PasswordHash(int iterations, byte[] salt, byte[] digest)
    {
        Iterations = iterations;
        _salt = salt;
        _digest = digest;
    }

    public int Iterations { get; }

    /// <summary>Hashes a password with a new salt. Slow by design.</summary>
    public static PasswordHash Create(ReadOnlySpan<byte> password, int iterations)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltBytes);
        return new PasswordHash(iterations, salt, Derive(password, salt, iterations));
    }

    /// <summary>What no password fits, and takes as long to find out.</summary>
    public static PasswordHash OfNoPassword(int iterations) =>
        new(iterations, RandomNumberGenerator.GetBytes(SaltBytes), RandomNumberGenerator.GetBytes(DigestBytes));

    /// <summary>Reads a stored hash; null where it is not one, so that no password fits.</summary>
    public static PasswordHash? Parse(string text)
    {
        var parts = text.Split('$');
        if (parts is not [Scheme, var count, var saltHex, var digestHex]
            || !int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var iterations)
            || iterations < 1)
            return null;
        try
        {
            var digest = Convert.FromHexString(digestHex);
            return digest.Length == DigestBytes ? new PasswordHash(iterations, Convert.FromHexString(saltHex), digest) : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    /// <summary>Whether the password fits. Slow by design, and equally slow for a wrong one.</summary>
    public bool Verify(ReadOnlySpan<byte> password) =>
        CryptographicOperations.FixedTimeEquals(Derive(password, _salt, Iterations), _digest);

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Scheme}${Iterations}${Convert.ToHexStringLower(_salt)}${Convert.ToHexStringLower(_digest)}");

    private static byte[] Derive(ReadOnlySpan<byte> password, byte[] salt, int iterations) =>
        Rfc2898DeriveBytes.Pbkdf2(password, salt, iterations, HashAlgorithmName.SHA256, DigestBytes);
}
