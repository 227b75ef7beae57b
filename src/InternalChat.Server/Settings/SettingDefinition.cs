using InternalChat.Server.Settings.Parsing;

namespace InternalChat.Server.Settings;

/// <summary>
/// One setting: <c>--name</c> on the command line, <c>CHAT_NAME</c> in the environment, <c>Name</c> in the settings file. What it is worth
/// is the matter of <see cref="SettingDefinition{T}"/>.
/// </summary>
/// <param name="name">Its words in lower case, joined by <c>-</c>.</param>
/// <param name="placeholder">What stands for the value in the help.</param>
/// <param name="defaultText">What is used where nobody says anything; null for none.</param>
/// <param name="description">What it does, with its unit.</param>
internal abstract class SettingDefinition(string name, string placeholder, string? defaultText, string description)
{
    public string Name { get; } = name;

    public string Placeholder { get; } = placeholder;

    public string? Default { get; } = defaultText;

    public string Description { get; } = description;

    /// <summary>Whether a running server takes a new value when it is told to read its settings again; others want a restart.</summary>
    public bool IsReloadable { get; init; }

    /// <summary>
    /// Whether it has several values: the option may be given more than once, the file may hold an array, and in every one of them, as in
    /// the environment, values may be separated by commas or blanks.
    /// </summary>
    public bool IsList { get; init; }

    /// <summary>The name of its environment variable.</summary>
    public string EnvironmentVariable => "CHAT_" + Name.ToUpperInvariant().Replace('-', '_');

    /// <summary>The name of its key in the section Chat of the settings file, where case does not matter: <c>MaxConnections</c>.</summary>
    public string JsonKey => string.Concat(Name.Split('-').Select(static word => char.ToUpperInvariant(word[0]) + word[1..]));
}

/// <summary>A setting with the kind of values that it has.</summary>
/// <param name="name">As in the base.</param>
/// <param name="placeholder">As in the base.</param>
/// <param name="defaultText">As in the base.</param>
/// <param name="description">As in the base.</param>
/// <param name="parse">Its text's meaning; throws <see cref="SettingException"/>. See <see cref="SettingParser"/>.</param>
internal sealed class SettingDefinition<T>(
    string name, string placeholder, string? defaultText, string description, Func<SettingText, T> parse)
    : SettingDefinition(name, placeholder, defaultText, description)
{
    /// <exception cref="SettingException">The text is no value of this setting.</exception>
    public T Parse(SettingText text) => parse(text);
}
