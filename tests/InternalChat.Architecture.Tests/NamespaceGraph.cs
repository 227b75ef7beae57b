using System.Text.RegularExpressions;

namespace InternalChat.Architecture.Tests;

/// <summary>
/// Which namespaces of a project know which: by the namespaces that their files use, and by the types that they name without a
/// <c>using</c>, of surrounding namespaces or behind a part of a namespace's name. A namespace and one that lies in it are two.
/// </summary>
internal sealed partial class NamespaceGraph
{
    private readonly Dictionary<string, HashSet<string>> _known = [];

    public NamespaceGraph(IEnumerable<RepositoryFile> files)
    {
        var parts = files.Select(static file => new Part(file)).Where(static part => part.Namespace.Length > 0).ToList();
        var types = parts
            .GroupBy(static part => part.Namespace)
            .ToDictionary(static parts => parts.Key, static parts => parts.SelectMany(static part => part.Types).ToHashSet());
        foreach (var part in parts)
        {
            var known = _known.TryGetValue(part.Namespace, out var found) ? found : _known[part.Namespace] = [];
            known.UnionWith(types.Keys.Where(other => other != part.Namespace && part.Knows(other, types[other])));
        }
    }

    public IEnumerable<string> Namespaces => _known.Keys;

    /// <summary>A circle for each namespace that knows itself by way of others: <c>A -> B -> A</c>, the shortest.</summary>
    public IEnumerable<string> Circles() => _known.Keys.Order(StringComparer.Ordinal).Select(CircleThrough).OfType<string>();

    private string? CircleThrough(string start)
    {
        var ways = new Queue<string[]>([[start]]);
        var seen = new HashSet<string>();
        while (ways.TryDequeue(out var way))
        {
            foreach (var next in _known[way[^1]].Order(StringComparer.Ordinal))
            {
                if (next == start)
                    return string.Join(" -> ", way.Append(start));
                if (seen.Add(next))
                    ways.Enqueue([.. way, next]);
            }
        }

        return null;
    }

    private sealed class Part
    {
        private readonly HashSet<string> _used;
        private readonly HashSet<string> _words;
        private readonly HashSet<(string Namespace, string Type)> _qualified;

        public Part(RepositoryFile file)
        {
            var code = string.Join('\n', file.Code.Select(static line => line.Text));
            Namespace = DeclaredNamespace().Match(code).Groups[1].Value;
            Types = [.. DeclaredType().Matches(code).Select(static type => type.Groups[1].Value)];
            _used = [.. UsedNamespace().Matches(code).Select(static used => used.Groups[1].Value)];
            // Using the static members of a type, or another name for it, one knows its namespace.
            _used.UnionWith(UsedType().Matches(code).Select(static used => used.Groups[1].Value));
            _words = [.. Word().Matches(code).Select(static word => word.Value)];
            _qualified = [.. Qualified().Matches(code).SelectMany(static name => Splits(name.Value.Split('.')))];
        }

        public string Namespace { get; }

        public string[] Types { get; }

        public bool Knows(string other, HashSet<string> itsTypes) =>
            _used.Contains(other)
            || (Namespace.StartsWith(other + '.', StringComparison.Ordinal) && _words.Overlaps(itsTypes))
            || _qualified.Any(name =>
                ('.' + other).EndsWith('.' + name.Namespace, StringComparison.Ordinal) && itsTypes.Contains(name.Type));

        /// <summary>What stands behind the type is a member of it.</summary>
        private static IEnumerable<(string Namespace, string Type)> Splits(string[] name) =>
            Enumerable.Range(1, name.Length - 1).Select(at => (string.Join('.', name[..at]), name[at]));
    }

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex DeclaredNamespace();

    [GeneratedRegex(
        @"^(?:(?:public|internal|file|sealed|static|abstract|readonly|ref|partial|unsafe)\s+)*"
            + @"(?:class|record struct|record|struct|interface|enum|delegate [\w<>?]+)\s+(\w+)",
        RegexOptions.Multiline)]
    private static partial Regex DeclaredType();

    [GeneratedRegex(@"^using ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex UsedNamespace();

    [GeneratedRegex(@"^using (?:static|\w+ =) ([\w.]+)\.\w+;", RegexOptions.Multiline)]
    private static partial Regex UsedType();

    [GeneratedRegex(@"(?<![\w.])[A-Z]\w*(?:\.[A-Z]\w*)+")]
    private static partial Regex Qualified();

    // What stands behind a point is a member of something.
    [GeneratedRegex(@"(?<![\w.])[A-Za-z_]\w*")]
    private static partial Regex Word();
}
