using System.CommandLine;
using InternalChat.Server.CommandLine;
using InternalChat.Storage.Sqlite.FileSystem;
using InternalChat.Storage.Sqlite.Maintenance;

namespace InternalChat.Server.Administration.Database;

/// <summary><c>db check</c>, whether the database is whole, and <c>db vacuum</c>, which makes the file as small as what is in it.</summary>
internal static class CheckCommands
{
    public static Command Check(ChosenDatabase database)
    {
        var command = new Command(
            "check", "Look whether the database is whole: SQLite's own check, then every chain, mark and account; changes nothing");
        command.SetAction(parsed =>
        {
            DatabaseWork.GiveWay();
            var (path, lowDiskBytes) = (Path.GetFullPath(database.Path(parsed)), database.LowDiskBytes(parsed));
            var findings = new List<string>();
            var result = DatabaseWork.Run(cancellation => DatabaseCheck.Run(path, findings.Add, lowDiskBytes, cancellation));
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

    public static Command Vacuum(ChosenDatabase database)
    {
        var command = new Command(
            "vacuum",
            "Write a database that no server has anew, without the room and the traces of what was removed; needs as much room beside it");
        command.SetAction(parsed =>
        {
            var path = Path.GetFullPath(database.Path(parsed));
            var result = DatabaseVacuum.Run(path);
            database.Print(
                parsed,
                new VacuumAnswer(path, result.BytesBefore, result.BytesAfter),
                DatabaseJson.Default.VacuumAnswer,
                static answer =>
                    $"{answer.Database}: {FigureText.Size(answer.BytesBefore)} before, {FigureText.Size(answer.BytesAfter)} now");
            return ExitStatus.Success;
        });
        return command;
    }

    private static string Describe(CheckAnswer answer) => string.Join('\n', answer.Findings.Append(
        $"{answer.Database}, up to message {answer.LastMessageId}: {(answer.IsWhole ? "whole" : Count(answer.FindingCount))} "
        + $"({FigureText.Seconds(answer.ElapsedSeconds)})"));

    private static string Count(int findings) => findings == 1 ? "1 finding" : $"{findings} findings";
}

/// <summary>The database was looked over.</summary>
/// <param name="Database">The file.</param>
/// <param name="IsWhole">Whether nothing was found.</param>
/// <param name="FindingCount">How much was found.</param>
/// <param name="Findings">A sentence for each of the first hundred.</param>
/// <param name="LastMessageId">The newest message that was looked at.</param>
/// <param name="ElapsedSeconds">So long it took.</param>
internal sealed record CheckAnswer(
    string Database, bool IsWhole, int FindingCount, IReadOnlyList<string> Findings, long LastMessageId, double ElapsedSeconds);

/// <summary>The database was written anew.</summary>
internal sealed record VacuumAnswer(string Database, long BytesBefore, long BytesAfter);
