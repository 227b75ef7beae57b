namespace InternalChat.Terminal.Input;

/// <summary>Asks for a password on the terminal and shows nothing of it.</summary>
internal static class PasswordPrompt
{
    /// <summary>Waits for the password.</summary>
    /// <returns>Null where the user gave up with Ctrl-C or Ctrl-D.</returns>
    internal static string? Read(TextWriter prompt, string question)
    {
        ConsoleKeys.Begin();
        prompt.Write(question);
        var line = new LineBuffer();
        try
        {
            var keys = new KeyDecoder(new ConsoleKeys());
            while (true)
            {
                var (text, key) = keys.Read();
                if (text is not null)
                    line.Insert(text);
                else if (key.Key == ConsoleKey.Enter)
                    return line.Text;
                else if (key.Key == ConsoleKey.Backspace)
                    line.DeleteLeft();
                else if (key.Key is ConsoleKey.C or ConsoleKey.D && key.Modifiers.HasFlag(ConsoleModifiers.Control))
                    return null;
                else if (key.Key == ConsoleKey.U)
                    line.Clear();
            }
        }
        finally
        {
            ConsoleKeys.End();
            prompt.WriteLine();
        }
    }
}
