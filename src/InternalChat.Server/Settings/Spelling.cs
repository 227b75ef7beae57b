namespace InternalChat.Server.Settings;

/// <summary>What somebody may have meant by a name that there is not.</summary>
internal static class Spelling
{
    /// <summary>The end of a complaint: the nearest name, or nothing if none is near.</summary>
    public static string Suggest(string name, IEnumerable<string> names)
    {
        var plain = Plain(name);
        var (nearest, distance) = names
            .Select(candidate => (candidate, Distance: Distance(plain, Plain(candidate))))
            .MinBy(static candidate => candidate.Distance);
        return distance <= Math.Max(2, plain.Length / 5) ? $"; did you mean {nearest}?" : "";
    }

    /// <summary>As if case and what separates words did not matter: <c>db-path</c>, <c>DB_PATH</c> and <c>DbPath</c> are one.</summary>
    private static string Plain(string name) => string.Concat(name.Where(char.IsAsciiLetterOrDigit)).ToUpperInvariant();

    /// <summary>Letters to insert, remove or replace.</summary>
    private static int Distance(string one, string other)
    {
        var above = Enumerable.Range(0, other.Length + 1).ToArray();
        for (var row = 1; row <= one.Length; row++)
        {
            var current = new int[other.Length + 1];
            current[0] = row;
            for (var column = 1; column <= other.Length; column++)
            {
                var replaced = above[column - 1] + (one[row - 1] == other[column - 1] ? 0 : 1);
                current[column] = Math.Min(replaced, 1 + Math.Min(above[column], current[column - 1]));
            }

            above = current;
        }

        return above[^1];
    }
}
