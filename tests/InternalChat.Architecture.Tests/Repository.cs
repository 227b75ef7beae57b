namespace InternalChat.Architecture.Tests;

/// <summary>A text file of the repository.</summary>
/// <param name="Path">Relative to the repository's root, with <c>/</c>.</param>
/// <param name="Text">Its text.</param>
internal sealed record RepositoryFile(string Path, string Text)
{
    /// <summary>Where it lies, with its closing <c>/</c>.</summary>
    public string Folder => Path[..(Path.LastIndexOf('/') + 1)];

    public string[] Lines => Text.TrimEnd('\n').Split('\n');

    /// <summary>The lines that are not comments, numbered from 1.</summary>
    public IEnumerable<(int Number, string Text)> Code =>
        Lines.Select((text, index) => (Number: index + 1, Text: text))
            .Where(line => !line.Text.TrimStart().StartsWith("//", StringComparison.Ordinal));
}

/// <summary>The files of the working tree, without those that .gitignore names.</summary>
internal static class Repository
{
    private static readonly string Root = FindRoot();
    private static readonly string[] Ignored = [".git", .. File.ReadAllLines(Path.Combine(Root, ".gitignore"))];

    public static IReadOnlyList<RepositoryFile> TextFiles { get; } = [.. Read(new DirectoryInfo(Root))];

    public static IEnumerable<RepositoryFile> Projects => TextFiles.Where(file => file.Path.EndsWith(".csproj", StringComparison.Ordinal));

    /// <summary>The C# files below a folder, given with its closing <c>/</c>.</summary>
    public static IEnumerable<RepositoryFile> Sources(string folder) => TextFiles.Where(file =>
        file.Path.StartsWith(folder, StringComparison.Ordinal) && file.Path.EndsWith(".cs", StringComparison.Ordinal));

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "InternalChat.sln")))
                return folder.FullName;
        }

        throw new InvalidOperationException("The tests do not run from below the repository.");
    }

    private static IEnumerable<RepositoryFile> Read(DirectoryInfo folder)
    {
        foreach (var entry in folder.EnumerateFileSystemInfos().Where(entry => !IsIgnored(entry)))
        {
            if (entry is DirectoryInfo child)
            {
                foreach (var file in Read(child))
                    yield return file;
            }
            else if (File.ReadAllText(entry.FullName) is var text && !text.Contains('\0'))
            {
                yield return new RepositoryFile(Path.GetRelativePath(Root, entry.FullName).Replace('\\', '/'), text);
            }
        }
    }

    private static bool IsIgnored(FileSystemInfo entry) => Ignored.Any(pattern => pattern switch
    {
        [.. var name, '/'] => entry is DirectoryInfo && entry.Name == name.TrimStart('/'),
        ['*', .. var ending] => entry.Name.EndsWith(ending, StringComparison.Ordinal),
        _ => entry.Name == pattern,
    });
}
