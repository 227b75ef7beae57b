using Dapper;
using InternalChat.Storage.Sqlite.FileSystem;
using Microsoft.Data.Sqlite;

namespace InternalChat.Storage.Sqlite.Opening;

/// <summary>
/// Writes a database anew, without free pages and without what was ever deleted, and puts that in its place. Nobody else has it open, and
/// the lock is held. Takes as much room beside the file as the new one needs; whatever goes wrong, the old file is still there.
/// </summary>
internal static class Compaction
{
    /// <summary>Writes the file anew. The connection is closed by that, and the file is to be opened again.</summary>
    /// <param name="connection">The file.</param>
    /// <param name="path">The file.</param>
    /// <param name="verify">Looks at what was written, before it takes the old one's place; keeps it from that by throwing.</param>
    /// <exception cref="SqliteException">It stays as it was, with the connection open.</exception>
    /// <exception cref="IOException">It stays as it was, with the connection closed.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public static void Run(SqliteConnection connection, string path, Action<string>? verify = null)
    {
        using var file = new PartialFile(path);
        connection.Execute(OpeningSql.VacuumInto, new { path = file.Path });
        verify?.Invoke(file.Path);

        // The last connection takes the WAL with it; one that stayed would be applied to the new file.
        connection.Dispose();
        if (new FileInfo(path + "-wal") is { Exists: true, Length: > 0 })
            throw new IOException("another process has it open");
        file.Publish();
    }
}
