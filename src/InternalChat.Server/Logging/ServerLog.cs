using System.Net;

namespace InternalChat.Server.Logging;

/// <summary>Every line that the program itself logs, with its event id.</summary>
internal static partial class ServerLog
{
    [LoggerMessage(3001, LogLevel.Information, "listening on {Endpoint} ({Protocol}), database {Database}")]
    public static partial void Listening(ILogger logger, string endpoint, string protocol, string database);

    [LoggerMessage(3002, LogLevel.Information, "stopping: {Connections} connections are told and closed")]
    public static partial void Stopping(ILogger logger, int connections);

    [LoggerMessage(3003, LogLevel.Information, "stopped")]
    public static partial void Stopped(ILogger logger);

    [LoggerMessage(
        3004, LogLevel.Warning, "{Endpoint} is open to other machines without TLS: passwords and messages can be read on the way")]
    public static partial void ListeningInPlainText(ILogger logger, string endpoint);

    [LoggerMessage(3009, LogLevel.Critical, "the server failed in an unforeseen way and ends")]
    public static partial void ProcessFails(ILogger logger, Exception? exception);

    [LoggerMessage(3011, LogLevel.Information, "settings read again: {Changes}")]
    public static partial void SettingsTaken(ILogger logger, string changes);

    [LoggerMessage(3012, LogLevel.Warning, "these settings change at the next restart, until then the old values stay: {Changes}")]
    public static partial void RestartNeeded(ILogger logger, string changes);

    [LoggerMessage(3013, LogLevel.Warning, "settings were not read again, nothing has changed: {Reason}")]
    public static partial void SettingsRefused(ILogger logger, string reason);

    [LoggerMessage(3101, LogLevel.Information, "the certificate in {File} was reloaded; new connections use it")]
    public static partial void CertificateReloaded(ILogger logger, string file);

    [LoggerMessage(3102, LogLevel.Warning, "the new certificate in {File} cannot be used, the old one stays: {Reason}")]
    public static partial void CertificateRefused(ILogger logger, string file, string reason);

    [LoggerMessage(3103, LogLevel.Debug, "OpenSSL 3 was not found where it is usual: an idle TLS connection takes 15 KB more")]
    public static partial void TlsBuffersKept(ILogger logger);

    [LoggerMessage(3104, LogLevel.Warning, "the certificate in {File} expires in {Days} days, at {ExpiresAt:u}")]
    public static partial void CertificateExpires(ILogger logger, string file, int days, DateTimeOffset expiresAt);

    [LoggerMessage(3105, LogLevel.Warning, "the certificate in {File} has expired at {ExpiresAt:u}: clients will not accept it")]
    public static partial void CertificateHasExpired(ILogger logger, string file, DateTimeOffset expiresAt);

    [LoggerMessage(3106, LogLevel.Warning,
        "the certificate in {File} is valid from {ValidFrom:u} on, and this machine's clock says {Now:u}: clients will not accept it yet")]
    public static partial void CertificateNotYetValid(ILogger logger, string file, DateTimeOffset validFrom, DateTimeOffset now);

    [LoggerMessage(3107, LogLevel.Warning,
        "the certificates in {File} are sent as they stand, but number {Number}, {Subject}, is not {Issuer}, which signed the one before "
        + "it: put each behind the one that it signed, or clients may refuse them")]
    public static partial void CertificatesOutOfOrder(ILogger logger, string file, int number, string subject, string issuer);

    [LoggerMessage(3301, LogLevel.Warning, "connections refused in the last minute: {Counts}")]
    public static partial void ConnectionsRefused(ILogger logger, string counts);

    [LoggerMessage(3302, LogLevel.Debug, "Connection from {Peer} refused: {Reason}")]
    public static partial void ConnectionRefused(ILogger logger, EndPoint? peer, string reason);

    [LoggerMessage(3303, LogLevel.Warning,
        "no connection can be accepted on {Endpoint}: {Reason}; those that come wait until one can, and this line comes once a minute")]
    public static partial void CannotAccept(ILogger logger, EndPoint endpoint, string reason);

    [LoggerMessage(3304, LogLevel.Warning,
        "the bans in {File} cannot all be read: {Reason}; {Count} are in force, and the file is kept as {Aside}")]
    public static partial void BansNotRead(ILogger logger, string file, string reason, int count, string aside);

    [LoggerMessage(3305, LogLevel.Warning, "the ban of {Network} is lifted: {Reason}")]
    public static partial void BanLifted(ILogger logger, IPNetwork network, string reason);

    [LoggerMessage(3306, LogLevel.Warning,
        "bans are in force and cannot be kept in {File} for the next start: {Reason}; it is tried again once a minute")]
    public static partial void BansNotKept(ILogger logger, string file, string reason);

    [LoggerMessage(3401, LogLevel.Information, "administration on {Path}")]
    public static partial void AdministrationListening(ILogger logger, string path);

    [LoggerMessage(3402, LogLevel.Warning, "no administration: {Reason}; --admin-socket can name another")]
    public static partial void NoAdministration(ILogger logger, string reason);

    [LoggerMessage(3403, LogLevel.Information, "administration: {What}: {Outcome}, by {Operator}")]
    public static partial void OperatorAsked(ILogger logger, string what, string outcome, string @operator);

    [LoggerMessage(3404, LogLevel.Information, "draining: {Connections} connections are closed over {Over}, new ones are refused")]
    public static partial void Draining(ILogger logger, int connections, TimeSpan over);

    [LoggerMessage(3405, LogLevel.Information, "drained")]
    public static partial void Drained(ILogger logger);

    [LoggerMessage(3406, LogLevel.Error, "draining failed in an unforeseen way; the server stops")]
    public static partial void DrainFailed(ILogger logger, Exception exception);

    [LoggerMessage(3601, LogLevel.Warning, "environment: {Warning}")]
    public static partial void StrangeEnvironment(ILogger logger, string warning);

    [LoggerMessage(3602, LogLevel.Information, "{Signal} means nothing to this server and was ignored; this line comes once a minute")]
    public static partial void SignalIgnored(ILogger logger, string signal);

    [LoggerMessage(
        3603, LogLevel.Warning,
        "a file has become as large as this process may make it (ulimit -f, LimitFSIZE=): what does not fit is not written; this line "
            + "comes once a minute")]
    public static partial void FileSizeExceeded(ILogger logger);

    [LoggerMessage(3604, LogLevel.Information, "{Signal}: the server ends")]
    public static partial void SignalEnds(ILogger logger, string signal);

    [LoggerMessage(
        3605, LogLevel.Warning,
        "only {Connections} connections can be open at one time, for this process may have {Limit} files open (ulimit -n, LimitNOFILE=); "
            + "--max-connections {Connections} says that it is meant so")]
    public static partial void FewOpenFiles(ILogger logger, int connections, int limit);

    [LoggerMessage(
        3606, LogLevel.Warning,
        "--max-connections {Connections} is more than the {Possible} that are possible, for this process may have {Limit} files open "
            + "(ulimit -n, LimitNOFILE=)")]
    public static partial void TooFewOpenFiles(ILogger logger, int connections, int possible, int limit);

    [LoggerMessage(
        3501, LogLevel.Warning, "{Count} lines of this log are missing here: nobody read it, or what it is written to took no more")]
    public static partial void LinesDropped(ILogger logger, long count);

    [LoggerMessage(3201, LogLevel.Information, "metrics and health at http://{Endpoint}")]
    public static partial void Observable(ILogger logger, IPEndPoint endpoint);

    [LoggerMessage(3202, LogLevel.Warning, "whoever reaches {Endpoint} can read the metrics: there is no login")]
    public static partial void ObservableByOthers(ILogger logger, IPEndPoint endpoint);

    [LoggerMessage(3203, LogLevel.Information, "metrics are pushed to {Collector}")]
    public static partial void MetricsPushed(ILogger logger, Uri collector);
}
