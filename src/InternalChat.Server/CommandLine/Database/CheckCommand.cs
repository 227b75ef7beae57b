using System.CommandLine;
using InternalChat.Storage.Sqlite;
using InternalChat.Storage.Sqlite.Maintenance;

namespace InternalChat.Server.CommandLine.Database;

/// <summary><c>db check</c>: whether the database is whole.</summary>
internal static class CheckCommand
{
    public static Command Create(ChosenDatabase database)
    {
        var command = new Command(
            "check", "Look whether the database is whole: SQLite's own check, then every chain, mark and account; changes nothing");
        command.SetAction(parsed =>
        {
            BackgroundPriority.Take();
            var (path, lowDiskBytes) = (Path.GetFullPath(database.Path(parsed)), database.LowDiskBytes(parsed));
            var findings = new List<string>();
            var result = Interruption.Allow(cancellation => DatabaseCheck.Run(path, findings.Add, lowDiskBytes, cancellation));
            database.Print(
                parsed,
                new CheckAnswer(
                    path, result.Findings == 0, result.Findings, findings, result.LastMessageId, result.Elapsed.TotalSeconds),
                DatabaseJson.Default.CheckAnswer,
                Describe);
            return result.Findings == 0
                ? ExitStatus.Success
                : throw new DatabaseException($"{path} is not whole: {Count(result.Findings)}.");
        });
        return command;
    }

    private static string Describe(CheckAnswer answer) => string.Join('\n', answer.Findings.Append(
        $"{answer.Database}, up to message {answer.LastMessageId}: {(answer.IsWhole ? "whole" : Count(answer.FindingCount))} "
        + $"({FigureText.Seconds(answer.ElapsedSeconds)})"));

    private static string Count(int findings) => findings == 1 ? "1 finding" : $"{findings} findings";
}
