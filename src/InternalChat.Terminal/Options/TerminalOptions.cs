using InternalChat.Client;
using InternalChat.Protocol;

namespace InternalChat.Terminal.Options;

/// <summary>What the command line and the environment ask for, checked.</summary>
internal sealed record TerminalOptions
{
    internal required UserName User { get; init; }

    internal required ChatServerAddress Server { get; init; }

    /// <summary>Null: to be asked for.</summary>
    internal string? Password { get; init; }

    internal bool SendReadReceipts { get; init; } = true;

    internal bool AllowColor { get; init; } = true;
}
