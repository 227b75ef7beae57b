using InternalChat.Storage.Sqlite.Diagnostics;
using Microsoft.Extensions.Logging;

namespace InternalChat.Storage.Sqlite.FileSystem;

/// <summary>
/// Whether the database's names still lead to the files that SQLite has open. SQLite itself never looks again, so without this a server
/// would write on into files that were removed, moved or replaced and are gone when it ends. Linux only; elsewhere all is well. The
/// writer's thread only, but <see cref="Absence"/>.
/// </summary>
internal sealed class DatabasePresence : IDisposable
{
    /// <summary>Up to here the header of a database in WAL mode stays as it is: name of the format, page size, mode.</summary>
    private const int ConstantHeader = 20;

    /// <summary>The database and its WAL.</summary>
    private const int NamesOfCommit = 2;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly string _path;
    private readonly FileClaim _claim;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private WatchedName[] _names = [];
    private readonly byte[] _header = new byte[ConstantHeader];
    private readonly string _overwritten;
    private int _wal = -1;
    private volatile string? _absence;
    private string? _told;
    private long? _lastLook;
    private uint _links = 1;
    private uint _toldLinks = 1;

    /// <param name="path">The database, opened in WAL mode.</param>
    /// <param name="claim">On the file; stays the caller's.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">For the operator.</param>
    public DatabasePresence(string path, FileClaim claim, TimeProvider time, ILogger logger)
    {
        (_path, _claim, _time, _logger) = (path, claim, time, logger);
        claim.ReadStart(_header);
        _overwritten = $"{path} was overwritten while this server has it open, so messages are refused. Stop the server, then run "
            + "'internalchat db restore BACKUP'";
    }

    /// <summary>
    /// Why nothing may be stored, and what the operator can do; null when all files are where they were. As of the last check. Any thread.
    /// </summary>
    public string? Absence => _absence;

    /// <summary>Whether the file has been written over by somebody else, so that the WAL must not be copied into it.</summary>
    public bool IsOverwritten => ReferenceEquals(_absence, _overwritten);

    /// <summary>
    /// Whether the database itself is where it was and only what lies beside it is missing: what the WAL holds can still be copied into it.
    /// </summary>
    public bool HasLostOnlyCompanions => _absence is { } absence && !IsOverwritten && !ReferenceEquals(absence, _names[0].Absence);

    /// <summary>Remembers what SQLite has opened. Until then all is well.</summary>
    public void Begin()
    {
        // Kept open so that an operator can still copy it when it has lost its name. SQLite has no locks on it that closing could drop.
        _wal = OperatingSystem.IsLinux() ? Libc.Open(_path + "-wal", Libc.OpenCloseOnExec) : -1;
        var process = $"/proc/{Environment.ProcessId}/fd/";
        _names =
        [
            .. new[]
            {
                WatchedName.Of(
                    _path,
                    $"{_path} was removed, moved or replaced while this server has it open, so messages are refused. If it was moved, move "
                    + $"it back. If it was removed, it is gone when this process ends: run 'cp {process}{_claim.Descriptor} COPY' and "
                    + $"'cp {process}{_wal} COPY-wal' first, then stop the server and run 'internalchat db restore COPY'"),
                WatchedName.Of(_path + "-wal", CompanionLost(_path, "-wal")),
                WatchedName.Of(_path + "-shm", CompanionLost(_path, "-shm")),
            }.OfType<WatchedName>(),
        ];
    }

    /// <summary>
    /// Before each commit: looks at the two files that hold what is about to be acknowledged. Three system calls of less than a microsecond
    /// each, and no allocation.
    /// </summary>
    /// <exception cref="StorageException">A name does not lead to its file any more: nothing may be stored.</exception>
    public void Require()
    {
        _absence = Find(_absence is null ? NamesOfCommit : _names.Length);
        if (_absence is { } absence)
            throw new StorageException(absence);
    }

    /// <summary>Looks once a second, and tells the operator what has changed.</summary>
    public void Look()
    {
        if (_lastLook is { } lastLook && _time.GetElapsedTime(lastLook) < Interval)
            return;
        LookNow();
    }

    /// <summary>The same whenever it was last done.</summary>
    public void LookNow()
    {
        _lastLook = _time.GetTimestamp();
        _absence = Find(_names.Length);
        TellAbsence();
        TellLinks();
    }

    public void Dispose()
    {
        if (_wal >= 0 && OperatingSystem.IsLinux())
            _ = Libc.Close(_wal);
    }

    private static string CompanionLost(string path, string companion) =>
        $"{path}{companion} was removed, moved or replaced while this server has it open, so messages are refused. Restart the server: "
        + $"what was acknowledged is being copied into {path}";

    private string? Find(int names)
    {
        foreach (var name in _names.AsSpan(0, Math.Min(names, _names.Length)))
        {
            if (!name.LeadsToItsFile(out var links))
                return name.Absence;
            if (ReferenceEquals(name, _names[0]))
            {
                _links = links;
                if (!HasItsHeader())
                    return _overwritten;
            }
        }

        return null;
    }

    private bool HasItsHeader()
    {
        Span<byte> header = stackalloc byte[ConstantHeader];
        header.Clear();
        _claim.ReadStart(header);
        return header.SequenceEqual(_header);
    }

    private void TellAbsence()
    {
        var absence = _absence;
        if (ReferenceEquals(absence, _told))
            return;
        _told = absence;
        if (absence is not null)
            StorageLog.FilesLost(_logger, absence);
        else
            StorageLog.FilesFound(_logger, _path);
    }

    private void TellLinks()
    {
        if ((_links > 1) == (_toldLinks > 1))
            return;
        _toldLinks = _links;
        if (_links > 1)
            StorageLog.HasSeveralNames(_logger, _path, _links);
        else
            StorageLog.HasOneName(_logger, _path);
    }

    /// <summary>A name and the file that it led to.</summary>
    private sealed record WatchedName(string Path, FileIdentity Identity, string Absence)
    {
        public static WatchedName? Of(string path, string absence) =>
            FileStatus.Of(path, out _) is { } status ? new WatchedName(path, status.Identity, absence) : null;

        /// <summary>Where that cannot be found out it is taken to be so: writing meets the same trouble, and reports it.</summary>
        public bool LeadsToItsFile(out uint links)
        {
            var status = FileStatus.Of(Path, out var isMissing);
            links = status?.Links ?? 1;
            return status is { } found ? found.Identity == Identity : !isMissing;
        }
    }
}
