using InternalChat.Server.Administration.Contract;
using InternalChat.Storage;

namespace InternalChat.Server.Administration.Hosting;

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
        return context.Response.WriteAsJsonAsync(new ErrorReply(refused.Code, refused.Message), AdministrationJson.Default.ErrorReply);
    }
}
