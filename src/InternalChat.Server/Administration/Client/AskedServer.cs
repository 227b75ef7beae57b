using System.CommandLine;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using InternalChat.Server.CommandLine;
using InternalChat.Server.Settings;
using InternalChat.Server.Settings.Parsing;

namespace InternalChat.Server.Administration.Client;

/// <summary>The server that the commands of <c>admin</c> speak to, and the options that say which and in what form it answers.</summary>
internal sealed class AskedServer
{
    private readonly Option<bool> _json = new("--json") { Description = "For programs: the server's own JSON", Recursive = true };
    private readonly Option<string> _socket = new("--socket")
    {
        Description = "The server's administration socket [default: beside the database]",
        HelpName = "FILE",
        Recursive = true,
    };

    private readonly SettingOptions _settings;

    private AskedServer(Command command, TimeProvider time)
    {
        Time = time;
        command.Add(_json);
        command.Add(_socket);
        _settings = SettingOptions.AddToAllOf(command, SettingDefinitions.DbPath);
    }

    /// <summary>Gives <c>admin</c> and all its commands the options.</summary>
    /// <param name="command">The command <c>admin</c>.</param>
    /// <param name="time">Measures how long a shell waits for completions.</param>
    public static AskedServer AddTo(Command command, TimeProvider time) => new(command, time);

    /// <summary>Measures how long a shell waits for completions.</summary>
    public TimeProvider Time { get; }

    /// <summary>Whether the answer is for programs.</summary>
    public bool WantsJson(ParseResult parsed) => parsed.GetValue(_json);

    /// <summary>The server that is asked, which is told to people if the command line does not name it.</summary>
    /// <exception cref="SettingException">What the settings say of it makes no sense.</exception>
    public AdministrationClient Connect(ParseResult parsed)
    {
        if (parsed.GetValue(_socket) is { } socket)
            return new AdministrationClient(socket);
        var found = FoundServer.Find(_settings.Read(parsed));
        found.TellServer();
        return Client(found);
    }

    /// <summary>The server that is asked, for a shell that completes a command line: nothing is told.</summary>
    /// <exception cref="SettingException">What the settings say of it makes no sense.</exception>
    public AdministrationClient ConnectQuietly(ParseResult parsed) =>
        parsed.GetValue(_socket) is { } socket ? new(socket) : Client(FoundServer.Find(_settings.Read(parsed)));

    /// <summary>Asks one thing and prints the answer.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="request">What is asked.</param>
    /// <param name="type">Of the answer.</param>
    /// <param name="describe">The answer for people.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>The exit status.</returns>
    public async Task<int> AskAsync<T>(
        ParseResult parsed, AdminRequest request, JsonTypeInfo<T> type, Func<T, string> describe, CancellationToken cancellation)
    {
        using var client = Connect(parsed);
        var reply = await client.SendAsync(request.Method, request.Path, request.Body, cancellation);
        Print(WantsJson(parsed) ? Encoding.UTF8.GetString(reply) : describe(JsonSerializer.Deserialize(reply, type)!));
        return ExitStatus.Success;
    }

    private static AdministrationClient Client(FoundServer found) => new(found.SocketPath, found.DatabasePathIfTold);

    private static void Print(string text) => Console.Out.Write(text.EndsWith('\n') ? text : text + "\n");
}

/// <summary>What is asked of a server.</summary>
internal readonly record struct AdminRequest(HttpMethod Method, string Path, HttpContent? Body = null)
{
    public static AdminRequest Get(string path) => new(HttpMethod.Get, path);

    public static AdminRequest Post(string path, HttpContent? body = null) => new(HttpMethod.Post, path, body);

    /// <summary>A body.</summary>
    public static HttpContent Json<T>(T value, JsonTypeInfo<T> type) => new ByteArrayContent(
        JsonSerializer.SerializeToUtf8Bytes(value, type))
    {
        Headers = { ContentType = new MediaTypeHeaderValue("application/json") },
    };
}
