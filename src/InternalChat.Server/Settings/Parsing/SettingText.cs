namespace InternalChat.Server.Settings.Parsing;

/// <summary>What somebody says of a setting, and who.</summary>
/// <param name="Text">Null where nobody says anything and there is no default.</param>
/// <param name="Source">For the operator: the option, the variable, the file with its key, or <c>default</c>.</param>
internal readonly record struct SettingText(string? Text, string Source)
{
    /// <summary>The source of what nobody says.</summary>
    public const string DefaultSource = "default";

    /// <summary>Whether somebody says it.</summary>
    public bool IsGiven => Source != DefaultSource;

    /// <summary>The complaint about this value.</summary>
    public SettingException Wrong(string expected) => new($"{Source}: '{Text}' is not {expected}");
}

/// <summary>A setting is wrong; the message is one line for the operator.</summary>
internal sealed class SettingException(string message) : Exception(message);
