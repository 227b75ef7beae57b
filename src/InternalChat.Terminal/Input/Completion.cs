namespace InternalChat.Terminal.Input;

/// <summary>What may stand at the cursor instead of the word that was begun there.</summary>
/// <param name="Start">Where the word begins.</param>
/// <param name="Candidates">The words that begin like it, sorted; none where nothing fits.</param>
internal sealed record Completion(int Start, IReadOnlyList<string> Candidates)
{
    /// <summary>
    /// What to put in place of the word: the only candidate and a space, or as much as all have in common; null where that is no
    /// more than was typed.
    /// </summary>
    internal string? Replacement(string typed)
    {
        if (Candidates.Count == 0)
            return null;
        if (Candidates.Count == 1)
            return Candidates[0] + " ";
        var common = Candidates[0];
        foreach (var candidate in Candidates)
            common = common[..common.AsSpan().CommonPrefixLength(candidate)];
        return common.Length > typed.Length ? common : null;
    }
}
