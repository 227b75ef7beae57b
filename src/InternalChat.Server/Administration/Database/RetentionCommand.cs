using System.CommandLine;
using System.Text.Json;
using InternalChat.Server.Administration.Client;
using InternalChat.Server.CommandLine;

namespace InternalChat.Server.Administration.Database;

/// <summary><c>admin retention</c>: what goes by <c>--retention</c>, and what waits.</summary>
internal static class RetentionCommand
{
    private const string Path = "v1/retention";

    public static Command Create(AskedServer server)
    {
        var status = new Command("status", "How old messages may become, and what waits to be removed");
        status.SetAction((parsed, cancellation) => server.AskAsync(
            parsed, AdminRequest.Get(Path), RetentionJson.Default.RetentionReply, Describe, cancellation));
        var now = new Command(
            "now", "Have what is older than --retention removed at once, for good, by the server's clock as it is now");
        now.SetAction(async (parsed, cancellation) =>
        {
            // What is confirmed is named, so that a clock that jumps in between takes nothing more along.
            var cutoff = await CutoffAsync(server, parsed, cancellation);
            return await server.AskAsync(
                parsed,
                AdminRequest.Post(Path, AdminRequest.Json(new RetentionRequest(cutoff), RetentionJson.Default.RetentionRequest)),
                RetentionJson.Default.RetentionReply,
                _ => $"confirmed: messages from before {FigureText.Time(cutoff)} UTC are being removed",
                cancellation);
        });
        return new Command("retention", "See what is removed by --retention, and confirm what waits") { status, now };
    }

    private static async Task<DateTime?> CutoffAsync(AskedServer server, ParseResult parsed, CancellationToken cancellation)
    {
        using var client = server.Connect(parsed);
        var reply = await client.SendAsync(HttpMethod.Get, Path, body: null, cancellation);
        return JsonSerializer.Deserialize(reply, RetentionJson.Default.RetentionReply)!.Cutoff;
    }

    private static string Describe(RetentionReply reply)
    {
        if (reply.LimitSeconds is not { } limit)
            return "off: messages are kept for ever";
        var text = $"""
            limit      {TimeSpan.FromSeconds(limit)}
            too old    what is dated before {FigureText.Time(reply.Cutoff)} UTC
            permitted  what is dated before {FigureText.Time(reply.Permitted)} UTC
            """;
        return reply.Waiting is not { } waiting
            ? text
            : $"""
            {text}
            waiting    {waiting.Messages} messages from before {FigureText.Time(waiting.Cutoff)} UTC
                       {waiting.Undelivered} of them were never delivered
                       They go when the server has run for another {TimeSpan.FromSeconds(waiting.RemainingSeconds)},
                       or at once by "internalchat admin retention now"
            """;
    }
}
