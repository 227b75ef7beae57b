using System.Buffers.Binary;
using Dapper;
using InternalChat.Storage.Sqlite.Diagnostics;
using InternalChat.Storage.Sqlite.Legacy;
using InternalChat.Storage.Sqlite.Maintenance;
using InternalChat.Storage.Sqlite.Upgrades;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace InternalChat.Storage.Sqlite.Files;

/// <summary>What is at the path: finds out before anything is written, so that a file that is refused stays as it was.</summary>
internal static class DatabaseFile
{
    private const int HeaderLength = 100;

    /// <summary>
    /// A damaged page is found at the start where that costs a moment; a larger file would take seconds to minutes to check, and
    /// is refused only for what shows in its header and its schema. An operator can run <c>PRAGMA integrity_check</c> at leisure.
    /// </summary>
    private const long LargestToCheck = 32 << 20;

    private enum Kind
    {
        /// <summary>The journal of a process that was killed lies beside it: only by writing that back does SQLite find out.</summary>
        Interrupted,
        New,
        Current,
        Version1,
        Legacy,
    }

    /// <summary>Checks the path itself and makes the folder.</summary>
    /// <returns>The full path.</returns>
    /// <exception cref="DatabaseException">No database can be there.</exception>
    public static string Prepare(string path)
    {
        try
        {
            var fullPath = Locate(path);
            if (Directory.Exists(fullPath) || Path.EndsInDirectorySeparator(path))
                throw new DatabaseException($"The path of the database {fullPath} is a folder.");
            FileRights.CreateFolder(Path.GetDirectoryName(fullPath)!);
            return fullPath;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw DatabaseException.Because($"The folder of the database {path} cannot be made", failure);
        }
    }

    /// <summary>
    /// The full path of the file itself, behind any link to it: SQLite's companions lie beside the file, and so must our lock, which would
    /// otherwise be another one for each name.
    /// </summary>
    /// <exception cref="DatabaseException">There is no path, or a link that leads to itself or cannot be followed.</exception>
    public static string Locate(string path)
    {
        if (string.IsNullOrWhiteSpace(path))
            throw new DatabaseException("The path of the database is empty.");
        var fullPath = Path.GetFullPath(path);
        try
        {
            return File.ResolveLinkTarget(fullPath, returnFinalTarget: true)?.FullName ?? fullPath;
        }
        catch (FileNotFoundException)
        {
            return fullPath;
        }
        catch (DirectoryNotFoundException)
        {
            return fullPath;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw DatabaseException.Because($"The database {path} cannot be found", failure);
        }
    }

    /// <summary>The same with the rights for that path.</summary>
    /// <exception cref="DatabaseException">As above.</exception>
    /// <exception cref="IOException">The rights may not be taken.</exception>
    public static string Locate(OwnersRights rights)
    {
        using var scope = rights.Take();
        return Locate(rights.Path);
    }

    /// <summary>Looks at the file, where there is one, without changing it.</summary>
    /// <exception cref="DatabaseException">It is not for us.</exception>
    public static void Inspect(string path)
    {
        RequireFiles(path);
        FileClaim.RequireSoleName(path);
        if (!HasContent(path))
        {
            RefuseLeftover(path);
            return;
        }

        Explain(path, static path =>
        {
            CheckHeader(path);
            return Look(path, checksPages: true);
        });
    }

    /// <summary>Makes sure that there is a database of this version, without changing it.</summary>
    /// <exception cref="DatabaseException">There is none.</exception>
    public static void RequireCurrent(string path)
    {
        if (!IsCurrent(path))
        {
            throw new DatabaseException(
                $"The database {path} is of an older version: start the server on it once, which upgrades it after a backup copy.");
        }
    }

    /// <summary>Whether a file is of this version, and not of an older one, which would be upgraded.</summary>
    /// <exception cref="DatabaseException">The server would not start on it at all.</exception>
    public static bool IsCurrent(string path) => Identify(path) == Kind.Current;

    /// <summary>Makes sure that the server would start on a file, if need be after an upgrade.</summary>
    /// <exception cref="DatabaseException">It would not.</exception>
    public static void RequireUsable(string path) => Identify(path);

    /// <summary>
    /// Ends of the names of what lies beside a file and is read as a part of it by whoever opens it, whatever file it is by then.
    /// </summary>
    public static IReadOnlyList<string> Companions { get; } = ["-wal", "-journal"];

    /// <summary>A companion that has something in it; null where there is none.</summary>
    public static string? Leftover(string path) => Companions.Select(companion => path + companion).FirstOrDefault(HasContent);

    /// <summary>Opens the file for the writer, of this version and with its settings, and claims it first.</summary>
    /// <returns>The connection, and the claim, which is to be disposed after it.</returns>
    /// <exception cref="DatabaseException">It is not for us.</exception>
    public static (SqliteConnection Connection, FileClaim Claim) OpenAndUpgrade(DatabaseOptions options, TimeProvider time, ILogger logger)
    {
        if (!File.Exists(options.Path))
            FileRights.CreateFile(options.Path);
        else if (FileRights.ModeThatOthersRead(options.Path) is { } mode)
            StorageLog.ReadableByOthers(logger, options.Path, mode);

        var claim = FileClaim.TakeDatabase(options.Path);
        SqliteConnection? connection = null;
        try
        {
            connection = Connections.OpenReadWrite(options.Path);
            if (Upgrade(connection, options.Path, time, logger))
            {
                TryCompact(connection, options.Path, time, logger);
                connection.Dispose();
                // The compacted file is another one.
                claim.Dispose();
                claim = FileClaim.TakeDatabase(options.Path);
                connection = Connections.OpenReadWrite(options.Path);
            }

            Connections.ConfigureWriter(connection, options);
            WalLineage.AddWhereMissing(connection);
            connection.Execute(Schema.CreateRetention);
            if (connection.QuerySingle<long>(Schema.HasWriters) == 0)
                connection.Execute(Schema.AddWriters);
            connection.Execute(Schema.CreateKnownNetworks);
            RewriteUsersWhereOrdered(connection);
            return (connection, claim);
        }
        catch
        {
            connection?.Dispose();
            claim.Dispose();
            throw;
        }
    }

    /// <summary>Of a database that is missing SQLite would delete the WAL, and with it what was acknowledged last.</summary>
    private static void RefuseLeftover(string path)
    {
        if (HasContent(path + "-wal"))
        {
            throw new DatabaseException(
                $"There is no database {path}, but there is its write-ahead log {path}-wal: put the database back, or that away too.");
        }
    }

    private static void RequireFiles(string path)
    {
        try
        {
            foreach (var end in Companions.Append("-shm").Append(""))
                FileRights.RequireFileIfThere(path + end);
        }
        catch (IOException failure)
        {
            throw new DatabaseException($"The database {path} is refused: {failure.Message}.", failure);
        }
    }

    private static Kind Identify(string path)
    {
        if (!File.Exists(path))
            throw new DatabaseException($"There is no database {path}.");
        RequireFiles(path);
        // Not by the file's own bytes: where this process has it open already, closing it again would take SQLite's locks away.
        return Explain(path, static path => Look(path, checksPages: false)) switch
        {
            Kind.New => throw new DatabaseException($"The database {path} is empty."),
            Kind.Interrupted => throw new DatabaseException(
                $"The database {path} was left in the middle of an upgrade: "
                + "start the server on it once, which takes that back and repeats it."),
            var kind => kind,
        };
    }

    private static Kind Look(string path, bool checksPages)
    {
        if (HasContent(path + "-journal"))
            return Kind.Interrupted;

        var hasWal = HasContent(path + "-wal");
        using var connection = Connections.OpenToInspect(path, immutable: !hasWal);
        if (hasWal)
            WalLineage.RequireMatch(connection, path);
        var kind = Classify(connection, path);
        if (checksPages)
            CheckPages(connection, path);
        return kind;
    }

    private static Kind Explain(string path, Func<string, Kind> look)
    {
        try
        {
            return look(path);
        }
        catch (SqliteException failure) when (Connections.CannotMakeFiles(failure) && HasContent(path + "-wal"))
        {
            throw new DatabaseException(
                $"The database {path} cannot be read where its folder cannot be written: to read the write-ahead log {path}-wal, SQLite "
                + "has to make a file beside it. Copy both into another folder, and name the copy.", failure);
        }
        catch (SqliteException failure)
        {
            throw Damaged(path, "is damaged or cannot be read", failure.Message, failure);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw DatabaseException.Because($"The database {path} cannot be read", failure);
        }
    }

    /// <returns>Whether free pages of the file may hold what is in no table any more.</returns>
    private static bool Upgrade(SqliteConnection connection, string path, TimeProvider time, ILogger logger)
    {
        switch (Classify(connection, path))
        {
            case Kind.New:
                Create(connection);
                return false;
            case Kind.Legacy:
                LegacyUpgrade.Run(connection, path, time, logger);
                return true;
            case Kind.Version1:
                return VersionUpgrade.Run(connection, path, time, logger);
            default:
                return false;
        }
    }

    /// <summary>Leaves nothing of the old tables readable in the file. The server starts also where that fails.</summary>
    private static void TryCompact(SqliteConnection connection, string path, TimeProvider time, ILogger logger)
    {
        var began = time.GetTimestamp();
        var before = new FileInfo(path).Length;
        try
        {
            Compaction.Run(connection, path);
            var (elapsed, after) = (time.GetElapsedTime(began), new FileInfo(path).Length);
            StorageLog.Compacted(logger, elapsed, before, after);
        }
        catch (Exception failure) when (failure is SqliteException or IOException or UnauthorizedAccessException)
        {
            StorageLog.NotCompacted(logger, path, failure.Message);
        }
    }

    /// <summary>After an erasure: see <see cref="Erasure"/>.</summary>
    private static void RewriteUsersWhereOrdered(SqliteConnection connection)
    {
        if (connection.QuerySingle<long>(Sql.IsUsersRewriteOrdered) == 0)
            return;
        connection.Execute(Sql.Begin);
        connection.Execute(Schema.RewriteUsers);
        connection.Execute(Sql.Commit);
    }

    private static void Create(SqliteConnection connection)
    {
        // Not in WAL mode yet: so the file's own header says whose it is from the first moment on.
        connection.Execute("PRAGMA page_size = 4096");
        connection.Execute(Sql.Begin);
        connection.Execute(Schema.Create);
        connection.Execute(Sql.Commit);
    }

    private static void CheckHeader(string path)
    {
        Span<byte> header = stackalloc byte[HeaderLength];
        using (var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0))
        {
            var length = file.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
            if (length < header.Length || !header.StartsWith("SQLite format 3\0"u8))
                throw new DatabaseException($"The file {path} is not an SQLite database.");
        }

        // Offsets of the file format: https://www.sqlite.org/fileformat.html#the_database_header
        var version = BinaryPrimitives.ReadUInt32BigEndian(header[60..]);
        var application = BinaryPrimitives.ReadUInt32BigEndian(header[68..]);
        if (application == Schema.ApplicationId)
            RefuseNewer(version, path);
        else if (application != 0)
            throw Foreign(path);
    }

    private static Kind Classify(SqliteConnection connection, string path)
    {
        var application = connection.QuerySingle<long>("PRAGMA application_id");
        var version = connection.QuerySingle<long>("PRAGMA user_version");
        if (application == Schema.ApplicationId)
        {
            RefuseNewer(version, path);
            return version == 1 ? Kind.Version1 : Kind.Current;
        }

        var tables = connection.QuerySingle<long>("SELECT count(*) FROM sqlite_schema");
        if (application == 0 && version == 0)
        {
            if (tables == 0)
                return Kind.New;
            if (LegacyUpgrade.IsLegacy(connection))
                return Kind.Legacy;
        }

        throw Foreign(path);
    }

    private static void CheckPages(SqliteConnection connection, string path)
    {
        if (new FileInfo(path).Length > LargestToCheck)
            return;
        var found = connection.QueryFirst<string>("PRAGMA quick_check(1)");
        if (found != "ok")
            throw Damaged(path, "is damaged", found);
    }

    /// <summary>Damage that is found with a log beside the file may come from a log that was never this file's.</summary>
    private static DatabaseException Damaged(string path, string how, string found, Exception? failure = null)
    {
        found = found.ReplaceLineEndings(" ");
        var text = HasContent(path + "-wal")
            ? $"The database {path}, with the write-ahead log {path}-wal beside it, {how}: {found}. "
                + $"Perhaps they do not belong together. {WalLineage.Advice(path)}"
            : $"The database {path} {how}: {found}";
        return failure is null ? new DatabaseException(text) : new DatabaseException(text, failure);
    }

    private static void RefuseNewer(long version, string path)
    {
        if (version > Schema.Version)
        {
            throw new DatabaseException(
                $"The database {path} was written by a newer server (version {version}; this one knows {Schema.Version}).");
        }
    }

    private static DatabaseException Foreign(string path) => new($"The database {path} belongs to another application.");

    private static bool HasContent(string path) => new FileInfo(path) is { Exists: true, Length: > 0 };
}
