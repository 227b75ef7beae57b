using System.Text.Json.Serialization;
using InternalChat.Storage;

namespace InternalChat.Server.Administration.Http;

/// <summary>Whatever goes wrong with a request becomes a code for programs and a sentence for people.</summary>
internal static class ErrorReplies
{
    /// <summary>Middleware around all others.</summary>
    public static RequestDelegate Around(RequestDelegate next) => async context =>
    {
        try
        {
            await next(context);
            if (context.Response.HasStarted)
                return;
            if (context.Response.StatusCode == StatusCodes.Status404NotFound)
                await ReplyAsync(context, new RequestRefusedException(404, "no_such_path", $"There is no {context.Request.Path} here."));
            else if (context.Response.StatusCode == StatusCodes.Status405MethodNotAllowed)
                await ReplyAsync(
                    context,
                    new RequestRefusedException(405, "no_such_method", $"{context.Request.Path} has no {context.Request.Method}."));
        }
        catch (RequestRefusedException refused)
        {
            await ReplyAsync(context, refused);
        }
        catch (StorageException exception)
        {
            await ReplyAsync(context, new RequestRefusedException(503, "storage", $"The database cannot be read: {exception.Message}"));
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            await ReplyAsync(context, new RequestRefusedException(503, "stopping", "The server stops."));
        }
        catch (BadHttpRequestException exception)
        {
            await ReplyAsync(context, new RequestRefusedException(exception.StatusCode, "bad_request", exception.Message));
        }
    };

    private static Task ReplyAsync(HttpContext context, RequestRefusedException refused)
    {
        if (context.Response.HasStarted)
        {
            // A reply that breaks off is better than one that looks whole.
            context.Abort();
            return Task.CompletedTask;
        }

        context.Response.StatusCode = refused.Status;
        return context.Response.WriteAsJsonAsync(new ErrorReply(refused.Code, refused.Message), ErrorJson.Default.ErrorReply);
    }
}

/// <summary>A request is refused or has failed: thrown where the server decides it, and again where the operator is told.</summary>
/// <param name="status">The status of the HTTP reply.</param>
/// <param name="code">For programs.</param>
/// <param name="message">One sentence for people.</param>
internal sealed class RequestRefusedException(int status, string code, string message) : Exception(message)
{
    public int Status { get; } = status;

    public string Code { get; } = code;
}

/// <summary>Why something was not done.</summary>
/// <param name="Code">For programs.</param>
/// <param name="Message">One sentence for people.</param>
internal sealed record ErrorReply(string Code, string Message);

/// <summary>
/// The JSON of errors. As that of each noun it is written and read by code made at compile time: a native program has no reflection.
/// </summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ErrorReply))]
internal sealed partial class ErrorJson : JsonSerializerContext;
