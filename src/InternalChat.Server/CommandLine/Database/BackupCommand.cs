using System.CommandLine;
using InternalChat.Server.Hosting;
using InternalChat.Storage.Maintenance;

namespace InternalChat.Server.CommandLine.Database;

/// <summary><c>db backup FILE</c>: a copy, also while a server works on the database.</summary>
internal static class BackupCommand
{
    public static Command Create(ChosenDatabase database)
    {
        var file = new Argument<string>("FILE") { Description = "The copy; it gets its name, and mode 0600, when it is whole and checked" };
        var force = new Option<bool>("--force") { Description = "Replace FILE, if it is a regular file, once the new copy is whole" };
        var command = new Command(
            "backup", "Copy the database into a file, also while a server works on it: all that was acknowledged before is in it")
        {
            file, force,
        };
        command.SetAction(parsed =>
        {
            BackgroundPriority.Take();
            var (path, lowDiskBytes) = (database.Path(parsed), database.LowDiskBytes(parsed));
            var result = Interruption.Allow(cancellation =>
                DatabaseBackup.Write(path, parsed.GetValue(file)!, parsed.GetValue(force), lowDiskBytes, cancellation));
            database.Print(
                parsed,
                new BackupAnswer(
                    Path.GetFullPath(path), result.Path, result.Bytes, result.LastMessageId, result.Copied.TotalSeconds,
                    result.Elapsed.TotalSeconds),
                DatabaseJson.Default.BackupAnswer,
                Describe);
            return ExitStatus.Success;
        });
        return command;
    }

    private static string Describe(BackupAnswer answer)
    {
        var (copied, theRest) = (answer.CopySeconds, answer.ElapsedSeconds - answer.CopySeconds);
        return $"{answer.File}: {FigureText.Size(answer.Bytes)}, up to message {answer.LastMessageId}, "
            + $"copied in {FigureText.Seconds(copied)}, checked in {FigureText.Seconds(theRest)}";
    }
}
