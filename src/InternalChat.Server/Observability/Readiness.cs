using InternalChat.Engine;
using InternalChat.Storage.Sqlite;

namespace InternalChat.Server.Observability;

/// <summary>
/// Whether new connections should come here: not before the log is replayed, not while messages cannot be stored, not after the
/// server was told to stop. Thread-safe.
/// </summary>
internal sealed class Readiness
{
    /// <summary>A writer that has not come round for so long is waiting for a disk that does not answer.</summary>
    private static readonly TimeSpan WriterPatience = TimeSpan.FromSeconds(5);

    private volatile Func<string?> _obstacle = static () => "starting: the log is being replayed";

    /// <summary>Why not, in one line; null where they should.</summary>
    public string? Obstacle => _obstacle()?.ReplaceLineEndings(" ");

    /// <summary>The server listens.</summary>
    public void Started(ChatDatabase database, ChatEngine engine) => _obstacle = () =>
        database.StoreFailure is { } failure ? $"messages cannot be stored: {failure}"
        : engine.WriterSilence > WriterPatience ? "messages cannot be stored: the disk does not answer"
        : null;

    /// <summary>The server is about to stop; it never becomes ready again.</summary>
    public void Draining() => _obstacle = static () => "draining: the server is about to stop";
}
