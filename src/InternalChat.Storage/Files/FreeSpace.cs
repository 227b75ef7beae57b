namespace InternalChat.Storage.Files;

/// <summary>Room on the disk.</summary>
internal static class FreeSpace
{
    /// <summary>Bytes that this user may still write where a file lies.</summary>
    /// <returns>Null where the system does not tell.</returns>
    public static long? Of(string path)
    {
        try
        {
            return new DriveInfo(Path.GetDirectoryName(path)!).AvailableFreeSpace;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
