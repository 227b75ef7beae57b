using InternalChat.BenchRunner.Host;
using InternalChat.BenchRunner.Results;

namespace InternalChat.BenchRunner.Comparison;

/// <summary>Measures two commits, each in a working tree of its own that is removed afterwards.</summary>
internal static class CommitComparison
{
    internal static async Task<IReadOnlyList<(RunResult Result, string Folder)>> RunAsync(
        Repository repository, string before, string after, RunRequest request, TextWriter output, CancellationToken cancellationToken)
    {
        string[] commits =
        [
            await repository.ResolveAsync(before, cancellationToken), await repository.ResolveAsync(after, cancellationToken),
        ];
        var folder = Directory.CreateTempSubdirectory("internalchat-compare-").FullName;
        var trees = new List<Repository>();
        try
        {
            foreach (var (index, commit) in commits.Index())
                trees.Add(await repository.CheckOutAsync(commit, Path.Combine(folder, $"{index}-{commit}"), cancellationToken));
            return await new BenchRun(repository, request, output).RunAsync(trees, cancellationToken);
        }
        finally
        {
            foreach (var tree in trees)
                await repository.RemoveCheckOutAsync(tree.Root);
            Directory.Delete(folder, recursive: true);
        }
    }
}
