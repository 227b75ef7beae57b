namespace InternalChat.Storage.Sqlite.FileSystem;

/// <summary>Holds that a name belongs to a regular file or to nothing.</summary>
public static class RegularFile
{
    /// <summary>
    /// Refuses whatever else has the name, without following a link: opening a pipe would wait for ever, and a rename would replace a
    /// device. Linux only; elsewhere nothing is refused.
    /// </summary>
    /// <exception cref="IOException">Something else has the name, or the system does not tell.</exception>
    public static void RequireIfThere(string path)
    {
        if (FileStatus.Of(path) is { IsRegularFile: false } status)
            throw new IOException($"{path} is {status.Kind} and not a regular file: remove it, or choose another name");
    }
}
