using System.Net;
using InternalChat.Server.Network;

namespace InternalChat.Server.Hosting;

/// <summary>Every line that the program itself logs, with its event id.</summary>
internal static partial class ServerLog
{
    [LoggerMessage(2001, LogLevel.Information, "listening on {Endpoint} ({Protocol}), database {Database}")]
    public static partial void Listening(ILogger logger, string endpoint, string protocol, string database);

    [LoggerMessage(2002, LogLevel.Information, "stopping: {Connections} connections are told and closed")]
    public static partial void Stopping(ILogger logger, int connections);

    [LoggerMessage(2003, LogLevel.Information, "stopped")]
    public static partial void Stopped(ILogger logger);

    [LoggerMessage(2004, LogLevel.Warning, "{Endpoint} is open to other machines without TLS: passwords and messages can be read on the way")]
    public static partial void ListeningInPlainText(ILogger logger, string endpoint);

    [LoggerMessage(2101, LogLevel.Information, "the certificate in {File} was reloaded; new connections use it")]
    public static partial void CertificateReloaded(ILogger logger, string file);

    [LoggerMessage(2102, LogLevel.Warning, "the new certificate in {File} cannot be used, the old one stays: {Reason}")]
    public static partial void CertificateRefused(ILogger logger, string file, string reason);

    [LoggerMessage(2103, LogLevel.Debug, "OpenSSL 3 was not found where it is usual: an idle TLS connection takes 15 KB more")]
    public static partial void TlsBuffersKept(ILogger logger);

    [LoggerMessage(2104, LogLevel.Warning, "the certificate in {File} expires in {Days} days, at {ExpiresAt:u}")]
    public static partial void CertificateExpires(ILogger logger, string file, int days, DateTimeOffset expiresAt);

    [LoggerMessage(2105, LogLevel.Warning, "the certificate in {File} has expired at {ExpiresAt:u}: clients will not accept it")]
    public static partial void CertificateHasExpired(ILogger logger, string file, DateTimeOffset expiresAt);

    [LoggerMessage(2201, LogLevel.Warning, "connections refused in the last minute: {Counts}")]
    public static partial void ConnectionsRefused(ILogger logger, string counts);

    [LoggerMessage(2202, LogLevel.Debug, "Connection from {Peer} refused: {Reason}")]
    public static partial void ConnectionRefused(ILogger logger, EndPoint? peer, Refusal reason);
}
