using System.Buffers.Binary;
using Dapper;
using InternalChat.Storage.Sqlite.FileSystem;
using InternalChat.Storage.Sqlite.Sql;
using InternalChat.Storage.Sqlite.Upgrades;
using InternalChat.Storage.Sqlite.Wal;
using Microsoft.Data.Sqlite;

namespace InternalChat.Storage.Sqlite.Opening;

/// <summary>Finds out what a file is before anything is written, so that a file that is refused stays as it was.</summary>
internal static class DatabaseInspection
{
    private const int HeaderLength = 100;

    /// <summary>
    /// A damaged page is found at the start where that costs a moment; a larger file would take seconds to minutes to check, and
    /// is refused only for what shows in its header and its schema. An operator can run <c>internalchat db check</c> at leisure.
    /// </summary>
    private const long LargestToCheck = 32 << 20;

    /// <summary>Looks at the file, where there is one, without changing it.</summary>
    /// <exception cref="DatabaseException">It is not for us.</exception>
    public static void Inspect(string path)
    {
        RequireFiles(path);
        FileClaim.RequireSoleName(path);
        if (!DatabasePath.HasContent(path))
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
                $"The database {path} is the original server's: start this server on it once, which upgrades it after a backup copy.");
        }
    }

    /// <summary>Whether a file is of this format, and not the original server's, which would be upgraded.</summary>
    /// <exception cref="DatabaseException">The server would not start on it at all.</exception>
    public static bool IsCurrent(string path) => Identify(path) == DatabaseKind.Current;

    /// <summary>Makes sure that the server would start on a file, if need be after an upgrade.</summary>
    /// <exception cref="DatabaseException">It would not.</exception>
    public static void RequireUsable(string path) => Identify(path);

    /// <summary>Of a database that is missing SQLite would delete the WAL, and with it what was acknowledged last.</summary>
    private static void RefuseLeftover(string path)
    {
        if (DatabasePath.HasContent(path + "-wal"))
        {
            throw new DatabaseException(
                $"There is no database {path}, but there is its write-ahead log {path}-wal: put the database back, or that away too.");
        }
    }

    private static void RequireFiles(string path)
    {
        try
        {
            foreach (var end in DatabasePath.Companions.Append("-shm").Append(""))
                RegularFile.RequireIfThere(path + end);
        }
        catch (IOException failure)
        {
            throw new DatabaseException($"The database {path} is refused: {failure.Message}.", failure);
        }
    }

    private static DatabaseKind Identify(string path)
    {
        if (!File.Exists(path))
            throw new DatabaseException($"There is no database {path}.");
        RequireFiles(path);
        // Not by the file's own bytes: where this process has it open already, closing it again would take SQLite's locks away.
        return Explain(path, static path => Look(path, checksPages: false)) switch
        {
            DatabaseKind.New => throw new DatabaseException($"The database {path} is empty."),
            DatabaseKind.Interrupted => throw new DatabaseException(
                $"The database {path} was left in the middle of an upgrade: "
                + "start the server on it once, which takes that back and repeats it."),
            var kind => kind,
        };
    }

    private static DatabaseKind Look(string path, bool checksPages)
    {
        if (DatabasePath.HasContent(path + "-journal"))
            return DatabaseKind.Interrupted;

        var hasWal = DatabasePath.HasContent(path + "-wal");
        using var connection = Connections.OpenToInspect(path, immutable: !hasWal);
        if (hasWal)
            WalLineage.RequireMatch(connection, path);
        var kind = Classify(connection, path);
        if (checksPages)
            CheckPages(connection, path);
        return kind;
    }

    private static DatabaseKind Explain(string path, Func<string, DatabaseKind> look)
    {
        try
        {
            return look(path);
        }
        catch (SqliteException failure) when (Connections.CannotMakeFiles(failure) && DatabasePath.HasContent(path + "-wal"))
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
            RefuseOtherFormat(version, path);
        else if (application != 0)
            throw Foreign(path);
    }

    /// <summary>What the tables say that it is. Looks, and changes nothing.</summary>
    /// <exception cref="DatabaseException">It is another application's, or has another format of this one's.</exception>
    public static DatabaseKind Classify(SqliteConnection connection, string path)
    {
        var application = connection.QuerySingle<long>("PRAGMA application_id");
        var version = connection.QuerySingle<long>("PRAGMA user_version");
        if (application == Schema.ApplicationId)
        {
            RefuseOtherFormat(version, path);
            return DatabaseKind.Current;
        }

        var tables = connection.QuerySingle<long>(TransactionSql.CountSchema);
        if (application == 0 && version == 0)
        {
            if (tables == 0)
                return DatabaseKind.New;
            if (LegacyUpgrade.IsLegacy(connection))
                return DatabaseKind.Legacy;
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
        var text = DatabasePath.HasContent(path + "-wal")
            ? $"The database {path}, with the write-ahead log {path}-wal beside it, {how}: {found}. "
                + $"Perhaps they do not belong together. {WalLineage.Advice(path)}"
            : $"The database {path} {how}: {found}";
        return failure is null ? new DatabaseException(text) : new DatabaseException(text, failure);
    }

    private static void RefuseOtherFormat(long version, string path)
    {
        if (version > Schema.Version)
        {
            throw new DatabaseException(
                $"The database {path} was written by a newer server (version {version}; this one knows {Schema.Version}).");
        }

        if (version < Schema.Version)
        {
            throw new DatabaseException(
                $"The database {path} has format {version}, which no release of the server wrote: this one reads {Schema.Version}. "
                + "Name a file that does not exist, and the server makes it.");
        }
    }

    private static DatabaseException Foreign(string path) => new($"The database {path} belongs to another application.");
}
