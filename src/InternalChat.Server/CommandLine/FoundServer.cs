using InternalChat.Server.Administration.Http;
using InternalChat.Server.Settings;
using InternalChat.Server.Settings.Parsing;

namespace InternalChat.Server.CommandLine;

/// <summary>
/// The server and the database that <c>admin</c> and <c>db</c> are about: those of the settings, of which only the paths matter here. Never
/// one that nobody means: where the settings do not tell, it is refused.
/// </summary>
internal sealed class FoundServer
{
    private readonly SettingValues _values;

    private FoundServer(SettingValues values) => _values = values;

    /// <summary>The database's full path.</summary>
    /// <exception cref="SettingException">The settings do not tell, or tell nonsense.</exception>
    public string DatabasePath
    {
        get
        {
            return DatabasePathIfTold
                ?? throw new SettingException($"{_values.File.Complaint}; so nothing tells which database is meant: --db-path names it");
        }
    }

    /// <summary>The same; null if the settings do not tell.</summary>
    /// <exception cref="SettingException">They tell nonsense.</exception>
    public string? DatabasePathIfTold => _values[SettingDefinitions.DbPath].IsGiven || _values.File.Complaint is null
        ? FullPath(_values.Read(SettingDefinitions.DbPath), SettingDefinitions.DbPath)
        : null;

    /// <summary>Free bytes of the database's disk that are left alone; null for the usual.</summary>
    /// <exception cref="SettingException">What the settings say of it makes no sense.</exception>
    public long? LowDiskBytes => _values.Read(SettingDefinitions.LowDisk);

    /// <summary>The path of the administration socket.</summary>
    /// <exception cref="SettingException">There is none, or the settings do not tell.</exception>
    public string SocketPath
    {
        get
        {
            var setting = _values.Read(SettingDefinitions.AdminSocket);
            return setting is null or "off"
                ? AdministrationSocket.PathFor(setting, DatabasePath)
                    ?? throw new SettingException($"{_values[SettingDefinitions.AdminSocket].Source}: administration is off")
                : FullPath(setting, SettingDefinitions.AdminSocket);
        }
    }

    /// <summary>Goes by the settings, which may be wrong in what does not matter here.</summary>
    public static FoundServer Find(CommandLineSettings commandLine) => new(SettingValues.Collect(commandLine, SettingsUse.FindServer));

    /// <summary>Tells people which database was found, if they have not named it, and what was wrong on the way.</summary>
    public void TellDatabase() => Tell($"database {DatabasePath}", SettingDefinitions.DbPath);

    /// <summary>The same of the server.</summary>
    public void TellServer() => Tell(
        $"server at {SocketPath}",
        _values[SettingDefinitions.AdminSocket].IsGiven ? (SettingDefinition)SettingDefinitions.AdminSocket : SettingDefinitions.DbPath);

    private void Tell(string what, SettingDefinition setting)
    {
        if (_values.File.Complaint is { } complaint)
            Console.Error.WriteLine($"warning: {complaint}");
        if (!_values[setting].IsGiven)
        {
            foreach (var misspelling in _values.Environment.Misspellings)
                Console.Error.WriteLine($"warning: {misspelling}");
            Console.Error.WriteLine($"{what} ({(_values.File.Name is { } file ? $"{file} names no other" : "nothing names another")})");
        }
        else if (IsOfInstalledServer(setting) && _values.File.IsFound)
        {
            Console.Error.WriteLine($"{what} ({_values[setting].Source})");
        }
    }

    /// <summary>
    /// Relative paths that stand in the file of the installed server, or nowhere, are meant from where that server runs. Who calls from
    /// another folder, where there is such a file too, has to say which is meant.
    /// </summary>
    private string FullPath(string path, SettingDefinition setting)
    {
        var here = Path.GetFullPath(path);
        if (!IsOfInstalledServer(setting) || !Directory.Exists(InstalledServer.Folder))
            return here;
        var installed = Path.GetFullPath(path, InstalledServer.Folder);
        if (here == installed || !Path.Exists(here))
            return installed;
        return Path.Exists(installed)
            ? throw new SettingException(
                $"there are {installed} and {here}: say which is meant by "
                + (setting == SettingDefinitions.DbPath ? "--db-path" : "--socket"))
            : here;
    }

    private bool IsOfInstalledServer(SettingDefinition setting) =>
        _values.File.Name is { } file && Path.GetFullPath(file) == InstalledServer.SettingsFile
        && (!_values[setting].IsGiven || _values[setting].Source.StartsWith(file, StringComparison.Ordinal));
}
