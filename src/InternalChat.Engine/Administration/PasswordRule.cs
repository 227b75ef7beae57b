using System.Text;
using InternalChat.Protocol;

namespace InternalChat.Engine.Administration;

/// <summary>What a password has to be, so that AUTH can say it.</summary>
public static class PasswordRule
{
    /// <summary>The rule in words.</summary>
    public const string Words =
        "A password has at least 8 characters and at most 1024 bytes of UTF-8, without spaces and control characters.";

    private const int MaxBytes = 1_024;

    /// <summary>Whether AUTH could say it and would accept it.</summary>
    public static bool Accepts(string password)
    {
        ArgumentNullException.ThrowIfNull(password);
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
}
