using System.Runtime.Versioning;

namespace InternalChat.Storage.Sqlite.FileSystem;

/// <summary>
/// Who besides root decides what a path leads to: the first on the way who owns a folder, or who owns what lies in a folder that is open to
/// others. Whatever comes behind that, this user may have put there, and may exchange it between two looks.
/// </summary>
/// <param name="User">Its id.</param>
/// <param name="Group">The group of what it owns there.</param>
/// <param name="Place">What it owns there, behind all links of root's.</param>
/// <param name="Target">The whole path, behind the same links.</param>
internal readonly record struct PathOwner(uint User, uint Group, string Place, string Target)
{
    /// <summary>What Linux follows.</summary>
    private const int MostLinks = 40;

    /// <summary>
    /// Finds out, as root. Up to the owner's place only root can change anything on the way, so the answer holds however busy others are.
    /// </summary>
    /// <param name="path">Need not be there.</param>
    /// <param name="trustsGroups">
    /// Whether a folder of root's in which another group may make files counts as root's alone, as those above it always do. Not for a
    /// database's folder, since that group is the server's.
    /// </param>
    /// <returns>Null if root alone decides.</returns>
    /// <exception cref="IOException">It cannot be told whose a name in a folder of root's is.</exception>
    [SupportedOSPlatform("linux")]
    public static PathOwner? Find(string path, bool trustsGroups)
    {
        var rest = new Stack<string>();
        var folders = new Stack<(string Path, FileStatus Status)>();
        folders.Push(("/", FileStatus.Of("/")!.Value));
        // The root of a user namespace has no power over what the machine's root owns.
        if (folders.Peek().Status.User != 0)
            return null;

        Push(rest, Path.GetFullPath(path));
        var links = 0;
        while (rest.TryPop(out var name))
        {
            if (name == "..")
            {
                if (folders.Count > 1)
                    folders.Pop();
                continue;
            }

            var folder = folders.Peek();
            var place = Path.Join(folder.Path, name);
            var found = FileStatus.Of(place);
            var isOpen = folder.Status.IsWritableByAll || folder.Status.IsWritableByGroup;
            if (found is { User: not 0 } status && (status.IsFolder || isOpen))
            {
                var end = Path.EndsInDirectorySeparator(path) ? "/" : "";
                return new PathOwner(status.User, status.Group, place, Path.Join([place, .. rest]) + end);
            }

            RefuseNamesOfOthers(folder.Path, folder.Status, trustsGroups || (found is not null && rest.Count > 0));
            if (found is { IsFolder: true })
            {
                folders.Push((place, found.Value));
            }
            else if (found is { IsLink: true })
            {
                if (++links > MostLinks)
                    throw new IOException($"{path} leads through too many links");
                var target = new FileInfo(place).LinkTarget ?? "";
                while (Path.IsPathRooted(target) && folders.Count > 1)
                    folders.Pop();
                Push(rest, target);
            }
            else
            {
                return null;
            }
        }

        RefuseNamesOfOthers(folders.Peek().Path, folders.Peek().Status, trustsGroups);
        return null;
    }

    private static void Push(Stack<string> rest, string path)
    {
        foreach (var name in path.Split('/').Reverse())
        {
            if (name is not ("" or "."))
                rest.Push(name);
        }
    }

    [SupportedOSPlatform("linux")]
    private static void RefuseNamesOfOthers(string path, FileStatus folder, bool trustsGroups)
    {
        if (!folder.IsSticky && (folder.IsWritableByAll || (folder.IsWritableByGroup && !trustsGroups)))
        {
            throw new IOException(
                $"The folder {path} is root's and others may write in it, so root cannot trust what is there: give it to the user who runs "
                + "the server (chown), or take the right to write away (chmod go-w)");
        }
    }
}
