using System.Text.Json.Serialization;
using InternalChat.Server.Logging;
using InternalChat.Server.Settings;
using InternalChat.Server.Settings.Parsing;

namespace InternalChat.Server.Hosting;

/// <summary>
/// Reads the settings again while the server runs: the file and the environment, with the command line still winning. All of it is
/// checked before any of it is taken. Thread-safe.
/// </summary>
/// <param name="commandLine">What the program was started with.</param>
/// <param name="started">What was said of the settings then.</param>
/// <param name="logger">Where the outcome goes too, whoever asked.</param>
internal sealed class SettingsReload(CommandLineSettings commandLine, SettingValues started, ILogger logger)
{
    private readonly Lock _gate = new();
    private readonly List<Func<SettingChange?>> _files = [];
    private readonly List<Action<ServerSettings>> _owners = [];
    private readonly Dictionary<SettingDefinition, string?> _inForce =
        SettingDefinitions.All.ToDictionary(static definition => definition, definition => started[definition].Text);

    /// <summary>
    /// Registers the owner of a file that settings name, who reads it anew: says what has changed, or null, and throws
    /// <see cref="SettingException"/> where it keeps the old contents.
    /// </summary>
    public void AddFile(Func<SettingChange?> readAnew)
    {
        lock (_gate)
            _files.Add(readAnew);
    }

    /// <summary>Registers who takes new values of reloadable settings, and cannot fail.</summary>
    public void AddOwner(Action<ServerSettings> take)
    {
        lock (_gate)
            _owners.Add(take);
    }

    /// <summary>Reads, checks and takes the settings.</summary>
    public ReloadOutcome Apply()
    {
        lock (_gate)
        {
            try
            {
                var values = SettingValues.Collect(commandLine);
                var settings = ServerSettings.Read(values);
                return Take(values, settings, [.. _files.Select(static readAnew => readAnew()).OfType<SettingChange>()]);
            }
            catch (SettingException exception)
            {
                ServerLog.SettingsRefused(logger, exception.Message);
                return new ReloadOutcome([], []) { Refusal = exception.Message };
            }
        }
    }

    private ReloadOutcome Take(SettingValues values, ServerSettings settings, SettingChange[] files)
    {
        var changes = SettingDefinitions.All
            .Where(definition => values[definition].Text != _inForce[definition])
            .ToLookup(static definition => definition.IsReloadable, definition => new SettingChange(
                definition.Name, _inForce[definition], values[definition].Text, values[definition].Source));
        foreach (var take in _owners)
            take(settings);
        foreach (var definition in SettingDefinitions.All.Where(static definition => definition.IsReloadable))
            _inForce[definition] = values[definition].Text;

        var outcome = new ReloadOutcome([.. changes[true], .. files], [.. changes[false]]);
        ServerLog.SettingsTaken(logger, outcome.Changed is [] ? "nothing changed" : string.Join(", ", outcome.Changed));
        if (outcome.AtRestart is not [])
            ServerLog.RestartNeeded(logger, string.Join(", ", outcome.AtRestart));
        return outcome;
    }
}

/// <summary>What became of <see cref="SettingsReload.Apply"/>; also the reply to an operator who asked for it.</summary>
/// <param name="Changed">What is in force from now on.</param>
/// <param name="AtRestart">What has changed since the start and cannot change while the server runs: the old values stay.</param>
internal sealed record ReloadOutcome(IReadOnlyList<SettingChange> Changed, IReadOnlyList<SettingChange> AtRestart)
{
    /// <summary>Why nothing was taken, in one line; null if it was.</summary>
    [JsonIgnore]
    public string? Refusal { get; init; }
}

/// <summary>A setting that says something else than before.</summary>
/// <param name="Setting">Its name.</param>
/// <param name="Before">Null where nothing was said, as in the next.</param>
/// <param name="After">What is said now.</param>
/// <param name="Source">Where it is said.</param>
internal sealed record SettingChange(string Setting, string? Before, string? After, string Source)
{
    public override string ToString() => $"{Setting} {Before ?? "none"} -> {After ?? "none"} ({Source})";
}
