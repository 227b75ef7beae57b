namespace InternalChat.Server.Settings;

/// <summary>A setting is wrong; the message is one line for the operator.</summary>
internal sealed class SettingException(string message) : Exception(message);
