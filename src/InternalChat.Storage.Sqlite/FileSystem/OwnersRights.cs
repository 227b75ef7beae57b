using System.Runtime.Versioning;

namespace InternalChat.Storage.Sqlite.FileSystem;

/// <summary>
/// With which rights a path is worked on. Root would follow whatever the owner of a folder puts there, such as a link to a file of root's,
/// and change what that owner could not; so root lays its rights down for the owner's. Everybody else works with their own.
/// </summary>
public sealed class OwnersRights
{
    private const uint Unchanged = uint.MaxValue;
    private const uint NoGroups = uint.MaxValue;

    private static readonly Lock GroupsChange = new();

    /// <summary>The one user whose groups the process has: 0 at first, <see cref="NoGroups"/> after a second user.</summary>
    private static uint _groupsOf;

    private readonly PathOwner? _owner;

    private OwnersRights(string path, PathOwner? owner = null) => (Path, _owner) = (path, owner);

    /// <summary>The path for which they are, behind the links that are root's own.</summary>
    public string Path { get; }

    /// <summary>The id of the owner whose rights these are; null if they are what the process has anyway.</summary>
    public uint? User => _owner?.User;

    /// <summary>The rights for a path: those of the user who decides what it leads to.</summary>
    /// <param name="path">A file or a folder, which may be missing.</param>
    /// <exception cref="IOException">Root cannot tell who that is.</exception>
    public static OwnersRights Of(string path) => Of(path, trustsGroups: true);

    /// <summary>The id of the user who owns a folder, at the end of all links.</summary>
    /// <returns>Null if there is none, or the system has no such ids.</returns>
    /// <exception cref="IOException">The system does not tell.</exception>
    public static uint? OwnerOf(string folder) => OperatingSystem.IsLinux() ? FileStatus.Behind(folder)?.User : null;

    /// <summary>The same for a database that is going to be changed.</summary>
    /// <exception cref="DatabaseException">Root cannot tell who decides there.</exception>
    internal static OwnersRights OfDatabase(string path)
    {
        try
        {
            return Of(path, trustsGroups: false);
        }
        catch (IOException failure)
        {
            throw new DatabaseException(failure.Message, failure);
        }
    }

    /// <summary>
    /// Takes them, for files only and for this thread alone, until the end of the scope; scopes may be nested, and need not narrow.
    /// </summary>
    /// <exception cref="IOException">The process may not take them.</exception>
    public OwnersRightsScope Take() =>
        OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess ? new OwnersRightsScope(Become) : default;

    private static OwnersRights Of(string path, bool trustsGroups)
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess || path.Length == 0)
            return new OwnersRights(path);
        // What another scope may not look at counts here.
        using var asRoot = new OwnersRights(path).Take();
        if (PathOwner.Find(path, trustsGroups) is not { } owner)
            return new OwnersRights(path);
        var rights = new OwnersRights(owner.Target, owner);
        rights.RequireReach(owner);
        return rights;
    }

    [SupportedOSPlatform("linux")]
    private void RequireReach(PathOwner owner)
    {
        using var scope = Take();
        if (FileStatus.Of(owner.Place, out _) is null)
        {
            throw new IOException(
                $"{owner.Place} belongs to the user with id {User}, who cannot get there: give it to root (chown), or move it");
        }
    }

    [SupportedOSPlatform("linux")]
    private void Become()
    {
        var (user, group) = _owner is { } owner ? (owner.User, GroupOf(owner)) : (0, 0);
        _ = Libc.SetFileGroup(group);
        _ = Libc.SetFileUser(user);
        // They only tell what was before: https://man7.org/linux/man-pages/man2/setfsuid.2.html
        if (Libc.SetFileGroup(Unchanged) != group || Libc.SetFileUser(Unchanged) != user)
            throw Refused();
    }

    /// <summary>
    /// The owner's own group; and its other groups for the whole process, for good: root's are more than the owner has, and root needs
    /// none. Since they are not a thread's own, there are none for two owners.
    /// </summary>
    [SupportedOSPlatform("linux")]
    private uint GroupOf(PathOwner owner)
    {
        Span<byte> texts = stackalloc byte[16 << 10];
        var isKnown = Libc.FindUser(owner.User, out var account, texts, texts.Length, out var found) == 0 && found != 0;
        lock (GroupsChange)
        {
            var isFirst = _groupsOf == 0;
            if (_groupsOf != owner.User && _groupsOf != NoGroups)
            {
                if ((isKnown && isFirst ? Libc.TakeGroups(account.Name, account.Group) : Libc.SetGroups(0, 0)) != 0)
                    throw Refused();
                _groupsOf = isFirst ? owner.User : NoGroups;
            }
        }

        return isKnown ? account.Group : owner.Group;
    }

    private IOException Refused() => new(
        $"{_owner?.Place} belongs to the user with id {User}, whose rights this process cannot take: run it as that user");
}

/// <summary>Until its end a thread has the rights of somebody else for files. Not to be held over an <c>await</c>.</summary>
public readonly ref struct OwnersRightsScope
{
    private readonly bool _isTaken;
    private readonly uint _userBefore;
    private readonly uint _groupBefore;

    [SupportedOSPlatform("linux")]
    internal OwnersRightsScope(Action take)
    {
        (_userBefore, _groupBefore) = (Libc.SetFileUser(uint.MaxValue), Libc.SetFileGroup(uint.MaxValue));
        _isTaken = true;
        try
        {
            take();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Gives the thread back what it had before.</summary>
    public void Dispose()
    {
        if (!_isTaken || !OperatingSystem.IsLinux())
            return;
        _ = Libc.SetFileGroup(_groupBefore);
        _ = Libc.SetFileUser(_userBefore);
    }
}
