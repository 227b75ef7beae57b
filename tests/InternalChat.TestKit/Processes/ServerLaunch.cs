using InternalChat.TestKit.Sockets;

namespace InternalChat.TestKit.Processes;

/// <summary>How a test wants its server started.</summary>
public sealed record ServerLaunch
{
    /// <summary>Another program than the server, with the same command line: a path; null for the server.</summary>
    public string? Program { get; init; }

    /// <summary>What stands before all flags; null for nothing, as users of the original start it.</summary>
    public string? Command { get; init; }

    /// <summary>The command line after <c>--host</c>, <c>--db-path</c> and, unless it is among these, <c>--port 0</c>.</summary>
    public IReadOnlyList<string> Flags { get; init; } = [];

    /// <summary>The database of an earlier server; null for a new one in a folder of its own.</summary>
    public string? DatabasePath { get; init; }

    public string Host { get; init; } = "127.0.0.1";

    /// <summary>Files and sockets that it may have open; null for as many as the tests may. Not on Windows.</summary>
    public int? OpenFiles { get; init; }

    /// <summary>How large it may make a file, in blocks of 512 bytes; null for as large as the tests may. Not on Windows.</summary>
    public int? FileBlocks { get; init; }

    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Passwords and bodies that earlier servers on the same database were told.</summary>
    public SecretLedger Secrets { get; init; } = new();

    /// <summary>
    /// No limit of messages or reading, cheap password hashes and all the time to log in: for every test that is about none of them.
    /// </summary>
    public static ServerLaunch Quick(params string[] flags)
    {
        // What is on the command line, a settings file cannot change.
        string[] patient = flags.Contains("--auth-timeout") || flags.Contains("--config") ? [] : ["--auth-timeout", "1h"];
        string[] unlimited = ["--rate-limit", "off", "--max-pending", "off", "--reading-limit", "off"];
        return new() { Flags = [.. unlimited, "--password-iterations", "1000", .. patient, .. flags] };
    }

    /// <summary>What an operator gets who gives no option.</summary>
    public static ServerLaunch Defaults(params string[] flags) => new() { Flags = flags };
}
