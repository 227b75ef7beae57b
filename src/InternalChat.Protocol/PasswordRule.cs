using System.Globalization;
using System.Text;

namespace InternalChat.Protocol;

/// <summary>
/// What a password has to be, so that AUTH can say it, and so that its user can type it again. What AUTH itself accepts is the server's;
/// this is for passwords on their way there: from a file, a terminal, an environment variable, an operator's request.
/// </summary>
public static class PasswordRule
{
    /// <summary>The rule in words.</summary>
    public const string Words =
        "A password has at least 8 characters and at most 1024 bytes of UTF-8, without spaces and control characters.";

    private const int MaxBytes = 1_024;

    /// <summary>Why an account cannot have this password, as a sentence; null when it can.</summary>
    public static string? Refuse(string password)
    {
        ArgumentNullException.ThrowIfNull(password);
        return FindSlip(password) is { } slip ? $"The password {slip}."
            : CanBeSaid(password) ? null
            : Words;
    }

    /// <summary>
    /// What is in a password that nobody can have meant, because it cannot be seen: at an end a byte order mark, a no-break space or
    /// the like, as editors leave and as are copied along; or what stands for bytes that are no UTF-8.
    /// </summary>
    /// <returns>The rest of a sentence that begins with "the password"; null when there is nothing.</returns>
    public static string? FindSlip(string password)
    {
        ArgumentNullException.ThrowIfNull(password);
        if (password.Contains('\uFFFD', StringComparison.Ordinal))
            return "has bytes that are not UTF-8";
        if (password.Length == 0)
            return null;
        Rune.DecodeFromUtf16(password, out var first, out _);
        Rune.DecodeLastFromUtf16(password, out var last, out _);
        return IsInvisible(first) ? $"begins with {Describe(first)}: remove it"
            : IsInvisible(last) ? $"ends with {Describe(last)}: remove it"
            : null;
    }

    private static bool CanBeSaid(string password)
    {
        var characters = 0;
        foreach (var character in password.EnumerateRunes())
        {
            // What stands for half of a surrogate pair would be stored as something else than what was meant.
            if (character == Rune.ReplacementChar || character.Value == ' ' || Rune.IsControl(character))
                return false;
            characters++;
        }

        return characters >= WireLimits.MinPasswordCharacters && Encoding.UTF8.GetByteCount(password) <= MaxBytes;
    }

    // Beyond the first plane a format character may end something that is seen: a flag of which the emoji has tags behind it.
    private static bool IsInvisible(Rune character) =>
        Rune.IsWhiteSpace(character) || Rune.IsControl(character)
        || (character.IsBmp && Rune.GetUnicodeCategory(character) == UnicodeCategory.Format);

    private static string Describe(Rune character) => character.Value switch
    {
        '\t' => "a tab",
        '\r' => "a carriage return",
        '\n' => "a line end",
        ' ' => "a space",
        '\u00A0' => "a no-break space (U+00A0)",
        '\uFEFF' => "a byte order mark (U+FEFF)",
        var code => $"an invisible character (U+{code:X4})",
    };
}
