using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace InternalChat.Engine.Administration;

/// <summary>What an operator may say to all users in one <c>INFO notice</c>: one line, nothing that a terminal would act upon.</summary>
public sealed class NoticeText
{
    /// <summary>Longest notice, in bytes of UTF-8.</summary>
    public const int MaxBytes = 1_024;

    /// <summary>What a text has to be, for people.</summary>
    public const string Rule = "A notice is one line of 1 to 1024 bytes of UTF-8, without control characters.";

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly byte[] _utf8;

    private NoticeText(byte[] utf8) => _utf8 = utf8;

    internal ReadOnlySpan<byte> Utf8 => _utf8;

    /// <summary>Takes a text.</summary>
    /// <returns>False where it breaks <see cref="Rule"/>.</returns>
    public static bool TryParse(string? text, [NotNullWhen(true)] out NoticeText? notice)
    {
        notice = null;
        // The separators end a line wherever Unicode's rules are followed.
        if (string.IsNullOrWhiteSpace(text) || text.Any(static letter => char.IsControl(letter) || letter is '\u2028' or '\u2029'))
            return false;
        try
        {
            var utf8 = Strict.GetBytes(text);
            notice = utf8.Length <= MaxBytes ? new NoticeText(utf8) : null;
        }
        catch (EncoderFallbackException)
        {
            // Half of a surrogate pair.
        }

        return notice is not null;
    }
}
