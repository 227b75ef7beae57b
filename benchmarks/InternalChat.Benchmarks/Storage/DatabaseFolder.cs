using System.Security.Cryptography;
using System.Text;
using InternalChat.Storage.Sqlite.Sql;

namespace InternalChat.Benchmarks.Storage;

/// <summary>
/// A folder of its own for a database that a suite writes to, gone with it. It lies on the repository's disk, below a name that git
/// ignores: in a temporary folder that is memory every sync would be free.
/// </summary>
internal sealed class DatabaseFolder : IDisposable
{
    private const int CopiedAtOnce = 1 << 20;
    private static readonly string Root = Path.Combine(FindRepository(), "BenchmarkDotNet.Artifacts", "databases");

    private readonly string _folder = Path.Combine(Root, "scratch-" + Guid.NewGuid().ToString("N"));

    public DatabaseFolder()
    {
        Directory.CreateDirectory(_folder);
        // A setup that fails is followed by no cleanup.
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Dispose();
    }

    /// <summary>Where the database is or will be.</summary>
    public string Database => Path.Combine(_folder, "chat.db");

    /// <summary>A database that is built when first asked for and kept. It is not to be changed.</summary>
    /// <param name="name">Says all that <paramref name="build"/> depends on but the schema.</param>
    /// <param name="build">Makes the database at the path it is given.</param>
    public static string Cached(string name, Action<string> build)
    {
        var schema = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Schema.Create)).AsSpan(0, 4));
        var path = Path.Combine(Root, $"{name}-{schema}.db");
        if (File.Exists(path))
            return path;

        using var folder = new DatabaseFolder();
        build(folder.Database);
        File.Move(folder.Database, path, overwrite: true);
        return path;
    }

    /// <summary>Brings a database into the system's cache: what is read first must not be measured with a disk in the way.</summary>
    public static void Warm(string database)
    {
        using var file = new FileStream(database, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        file.CopyTo(Stream.Null, CopiedAtOnce);
    }

    /// <summary>
    /// Puts a copy of a database here, with its WAL if it has one, and onto the disk, so that no write of it is left to disturb.
    /// </summary>
    public void CopyFrom(string database)
    {
        Clear();
        Copy(database, Database);
        if (File.Exists(database + "-wal"))
            Copy(database + "-wal", Database + "-wal");
    }

    /// <summary>Removes the database. Nobody has it open.</summary>
    public void Clear()
    {
        foreach (var file in Directory.EnumerateFiles(_folder))
            File.Delete(file);
    }

    public void Dispose()
    {
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
    }

    private static void Copy(string source, string target)
    {
        using var from = new FileStream(source, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        using var to = new FileStream(target, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        from.CopyTo(to, CopiedAtOnce);
        to.Flush(flushToDisk: true);
    }

    private static string FindRepository()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "InternalChat.sln")))
                return folder.FullName;
        }

        return AppContext.BaseDirectory;
    }
}
