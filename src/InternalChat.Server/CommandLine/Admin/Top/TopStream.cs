namespace InternalChat.Server.CommandLine.Admin.Top;

/// <summary>The server's samples as they come.</summary>
internal static class TopStream
{
    /// <summary>The next one; null where the server has ended, in order or not.</summary>
    public static async Task<string?> NextAsync(TextReader lines, CancellationToken cancellation)
    {
        try
        {
            return await lines.ReadLineAsync(cancellation);
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException)
        {
            return null;
        }
    }
}
