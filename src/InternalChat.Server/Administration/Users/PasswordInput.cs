using System.Text;
using InternalChat.Server.Settings.Parsing;

namespace InternalChat.Server.Administration.Users;

/// <summary>A password for an account: never from the command line, which every user of the machine can read.</summary>
internal static class PasswordInput
{
    // More than a password may have, so that what is too long is seen to be.
    private const int MaxBytes = 4_096;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Asks on the terminal, twice and without echo; elsewhere takes the first line of the standard input.</summary>
    /// <exception cref="SettingException">There is none, it is no UTF-8, or the two differ.</exception>
    public static string Read(string prompt)
    {
        if (Console.IsInputRedirected)
            return ReadLine(Console.OpenStandardInput());
        var password = Ask(prompt);
        return Ask("Once more: ") == password ? password : throw new SettingException("The two passwords differ; nothing was changed.");
    }

    /// <summary>
    /// The bytes as they are, whatever the locale says: a byte order mark is not dropped, so that the server can refuse it.
    /// </summary>
    internal static string ReadLine(Stream input)
    {
        var bytes = new byte[MaxBytes];
        var (length, end) = (0, -1);
        // Not to its end: whoever writes into a pipe may leave it open.
        while (end < 0 && length < bytes.Length && input.Read(bytes, length, bytes.Length - length) is > 0 and var count)
        {
            length += count;
            end = bytes.AsSpan(0, length).IndexOf((byte)'\n');
        }

        var line = Decode(bytes.AsSpan(0, end < 0 ? length : end));
        if (line.EndsWith('\r'))
            line = line[..^1];
        return line.Length > 0 ? line : throw new SettingException("No password on the standard input.");
    }

    private static string Decode(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw new SettingException("The password on the standard input is not UTF-8 text: save the file as UTF-8.");
        }
    }

    private static string Ask(string prompt)
    {
        // Makes the terminal silent now, and not at the first key: what is typed in between would be shown.
        _ = Console.KeyAvailable;
        Console.Error.Write(prompt);
        var password = new StringBuilder();
        while (true)
        {
            var key = Console.ReadKey(intercept: true);
            if (key.Key == ConsoleKey.Enter)
                break;
            if (key.Key == ConsoleKey.Backspace)
                password.Length = Math.Max(0, password.Length - 1);
            else if (!char.IsControl(key.KeyChar))
                password.Append(key.KeyChar);
        }

        Console.Error.WriteLine();
        return password.ToString();
    }
}
