using System.Globalization;
using System.Security.Cryptography;

namespace InternalChat.Engine.Passwords;

/// <summary>
/// A stored password, written as the original did: <c>pbkdf2_sha256$iterations$salt hex$digest hex</c> (PBKDF2-HMAC-SHA256, 16 bytes
/// of salt, 32 bytes of digest).
/// </summary>
internal sealed class PasswordHash
{
    /// <summary>What the text of every hash begins with; its iterations follow.</summary>
    public const string Prefix = Scheme + "$";

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
    public static PasswordHash? Parse(string? text)
    {
        var parts = text?.Split('$');
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

    /// <summary>
    /// Whether the password fits. Slow by design; a wrong one takes so many iterations, or this hash's where those are more, so that the
    /// time does not tell one account from another.
    /// </summary>
    /// <param name="password">UTF-8.</param>
    /// <param name="iterationsOfWrong">What a wrong password is to take.</param>
    /// <param name="iterations">What this one took.</param>
    public bool Verify(ReadOnlySpan<byte> password, int iterationsOfWrong, out int iterations)
    {
        iterations = Iterations;
        if (CryptographicOperations.FixedTimeEquals(Derive(password, _salt, Iterations), _digest))
            return true;
        if (iterationsOfWrong > Iterations)
        {
            iterations = iterationsOfWrong;
            Derive(password, _salt, iterationsOfWrong - Iterations);
        }

        return false;
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Scheme}${Iterations}${Convert.ToHexStringLower(_salt)}${Convert.ToHexStringLower(_digest)}");

    private static byte[] Derive(ReadOnlySpan<byte> password, byte[] salt, int iterations) =>
        Rfc2898DeriveBytes.Pbkdf2(password, salt, iterations, HashAlgorithmName.SHA256, DigestBytes);
}
