using System.Globalization;
using InternalChat.Server.CommandLine;

namespace InternalChat.Server.Administration.Top;

/// <summary>By what the users are sorted.</summary>
internal enum TopOrder
{
    /// <summary>Messages of either direction.</summary>
    Total,

    /// <summary>Messages sent.</summary>
    Sent,

    /// <summary>Messages received.</summary>
    Received,

    /// <summary>Bytes waiting.</summary>
    Waiting,

    /// <summary>Name.</summary>
    Name,
}

/// <summary>A sample as lines of text.</summary>
internal static class TopView
{
    private const double BytesPerMebibyte = 1 << 20;
    private const int UsersInText = 10;

    /// <summary>For a terminal: a head, the heading of the users, the users.</summary>
    public static (IReadOnlyList<string> Head, string Heading, IReadOnlyList<string> Users) Lines(TopSample sample, TopOrder order)
    {
        var table = Users(Sorted(sample.Users, order)).TrimEnd('\n').Split('\n');
        return (Head(sample), table[0], table[1..]);
    }

    /// <summary>For a file or a pipe.</summary>
    public static string Text(TopSample sample) =>
        string.Join('\n', Head(sample)) + "\n\n" + Users(Sorted(sample.Users, TopOrder.Total).Take(UsersInText));

    private static string[] Head(TopSample sample) =>
    [
        Format($"{sample.State}  {sample.At:yyyy-MM-dd HH:mm:ss}Z  cpu {sample.CpuPercent:F0} % of a core  ")
            + Format($"memory {sample.MemoryBytes / BytesPerMebibyte:F0} MiB"),
        Format($"messages/s   {sample.DeliveredPerSecond:F0} delivered  {sample.QueuedPerSecond:F0} queued  ")
            + Format($"{sample.CaughtUpPerSecond:F0} caught up  {sample.RefusedPerSecond:F0} refused"),
        Format($"logins/s     {sample.LoginsPerSecond:F0}  {sample.RefusedLoginsPerSecond:F0} refused    ")
            + Format($"errors/s {sample.ErrorsPerSecond:F0}"),
        Format($"connections  {sample.Connections}    sessions {sample.SessionsLive} live  {sample.SessionsCatchingUp} catching up"),
        Format($"writer       {sample.BatchesPerSecond:F0} batches/s of {sample.OperationsPerBatch:F1}    ")
            + Format($"queue {sample.QueuedOperations} of {sample.QueueCapacity}"),
        $"commit ms    {Text(sample.CommitMilliseconds)}    batch ms {Text(sample.BatchMilliseconds)}",
    ];

    private static string Text(Percentiles values) => Format($"p50 {values.P50:F2}  p99 {values.P99:F2}  max {values.Max:F2}");

    private static string Format(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static IEnumerable<TopUser> Sorted(IEnumerable<TopUser> users, TopOrder order) => order switch
    {
        TopOrder.Sent => users.OrderByDescending(static user => user.SentPerSecond),
        TopOrder.Received => users.OrderByDescending(static user => user.ReceivedPerSecond),
        TopOrder.Waiting => users.OrderByDescending(static user => user.WaitingBytes),
        TopOrder.Name => users.OrderBy(static user => user.User, StringComparer.Ordinal),
        _ => users.OrderByDescending(static user => user.SentPerSecond + user.ReceivedPerSecond),
    };

    private static string Users(IEnumerable<TopUser> users) => TextTable.Format(
        ["USER", "STATE", "SENT/s", "RECEIVED/s", "WAITING"],
        users.Select(static user => new[]
        {
            user.User,
            user.State,
            Format($"{user.SentPerSecond:F1}"),
            Format($"{user.ReceivedPerSecond:F1}"),
            FigureText.Number(user.WaitingBytes),
        }));
}
