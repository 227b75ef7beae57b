namespace InternalChat.Server.Settings;

/// <summary>
/// The server that this host runs as a service, as <c>packaging/internalchat.service</c> has it: for those who look for a server and are
/// told nothing, such as cron's jobs and sudo's commands, which do not have the shell's CHAT_CONFIG.
/// </summary>
internal static class InstalledServer
{
    public const string SettingsFile = "/etc/internalchat/appsettings.json";

    /// <summary>The unit's working directory, from which relative paths in the settings file are meant.</summary>
    public const string Folder = "/var/lib/internalchat";
}
