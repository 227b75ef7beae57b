using System.CommandLine;
using System.Globalization;
using InternalChat.Server.Administration.Contract;

namespace InternalChat.Server.CommandLine.Admin;

/// <summary><c>admin status</c>.</summary>
internal static class StatusCommand
{
    public static Command Create(AdminServer server)
    {
        var command = new Command("status", "How the server fares");
        command.SetAction((parsed, cancellation) => server.AskAsync(
            parsed, AdminRequest.Get("v1/status"), AdministrationJson.Default.ServerStatus, Describe, cancellation));
        return command;
    }

    private static string Describe(ServerStatus status) => string.Create(CultureInfo.InvariantCulture, $"""
        {status.State} for {TimeSpan.FromSeconds(status.UptimeSeconds)}, version {status.Version}, process {status.ProcessId}
        database     {status.Database}
        connections  {status.Connections}
        sessions     {status.SessionsLive} live, {status.SessionsCatchingUp} catching up
        writer       {status.QueuedOperations} of {status.QueueCapacity} operations waiting
        memory       {FigureText.Size(status.MemoryBytes)}
        """);
}
