using System.Text;
using InternalChat.Server.Settings;

namespace InternalChat.Server.CommandLine.Admin;

/// <summary>A password for an account: never from the command line, which every user of the machine can read.</summary>
internal static class PasswordInput
{
    /// <summary>Asks on the terminal, twice and without echo; elsewhere takes the first line of the standard input.</summary>
    /// <exception cref="SettingException">There is none, or the two differ.</exception>
    public static string Read(string prompt)
    {
        if (Console.IsInputRedirected)
            return Console.In.ReadLine() ?? throw new SettingException("No password on the standard input.");
        var password = Ask(prompt);
        return Ask("Once more: ") == password ? password : throw new SettingException("The two passwords differ; nothing was changed.");
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
