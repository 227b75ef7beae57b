using InternalChat.Protocol;
using InternalChat.Terminal.Input;

namespace InternalChat.Terminal.Commands;

/// <summary>Which words can stand at the cursor: commands at the start of the line, names behind those that take one.</summary>
internal sealed class CommandCompletion(IReadOnlyList<CommandEntry> table, Func<IReadOnlyCollection<UserName>> users)
{
    private static readonly string[] RawVerbsWithUser = ["MSG", "HISTORY", "BLOCK", "UNBLOCK"];

    internal Completion Complete(string text, int cursor)
    {
        var typed = text[..cursor];
        var space = typed.IndexOf(' ', StringComparison.Ordinal);
        var nothing = new Completion(cursor, []);
        if (space < 0)
            return typed.StartsWith('/') ? Of(0, typed, table.Select(entry => entry.Name), StringComparison.Ordinal) : nothing;

        var verb = typed[..space];
        var word = typed[(space + 1)..];
        var takesUser = RawVerbsWithUser.Contains(verb) || table.Any(entry => entry.Name == verb && entry.TakesUser);
        return takesUser && !word.Contains(' ', StringComparison.Ordinal)
            ? Of(space + 1, word, users().Select(user => user.ToString()), StringComparison.OrdinalIgnoreCase)
            : nothing;
    }

    private static Completion Of(int start, string word, IEnumerable<string> words, StringComparison comparison) =>
        new(start, [.. words.Where(candidate => candidate.StartsWith(word, comparison)).Order(StringComparer.Ordinal)]);
}
