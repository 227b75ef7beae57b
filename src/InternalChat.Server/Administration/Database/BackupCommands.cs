using System.CommandLine;
using InternalChat.Server.CommandLine;
using InternalChat.Storage.Sqlite.FileSystem;
using InternalChat.Storage.Sqlite.Maintenance;

namespace InternalChat.Server.Administration.Database;

/// <summary>
/// <c>db backup FILE</c>, a copy, also while a server works on the database, and <c>db restore FILE</c>, by which a copy takes the place of
/// a database that no server has.
/// </summary>
internal static class BackupCommands
{
    private const int MostKept = 1_000;

    public static Command Backup(ChosenDatabase database)
    {
        var file = new Argument<string>("FILE")
        {
            Description = "The copy; it gets its name, and mode 0600, when it is whole and checked. With --keep, the folder of the copies",
        };
        var force = new Option<bool>("--force") { Description = "Replace FILE, if it is a regular file, once the new copy is whole" };
        var keep = new Option<int?>("--keep")
        {
            Description = "Put the copy into the folder FILE under a name with a number, and keep the newest N of them there, 1 to 1000",
            HelpName = "N",
        };
        keep.Validators.Add(static parsed =>
        {
            if (parsed.Tokens is [var token] && (!int.TryParse(token.Value, out var count) || count is < 1 or > MostKept))
                parsed.AddError($"--keep: '{token.Value}' is not a number from 1 to {MostKept}");
        });
        var command = new Command(
            "backup", "Copy the database into a file, also while a server works on it: all that was acknowledged before is in it")
        {
            file, force, keep,
        };
        command.SetAction(parsed =>
        {
            DatabaseWork.GiveWay();
            var (path, lowDiskBytes) = (database.Path(parsed), database.LowDiskBytes(parsed));
            var target = parsed.GetValue(file)!;
            var result = DatabaseWork.Run(cancellation => parsed.GetValue(keep) is { } count
                ? BackupFolder.Write(path, target, count, lowDiskBytes, time: null, cancellation)
                : DatabaseBackup.Write(path, target, parsed.GetValue(force), lowDiskBytes, cancellation));
            Note(path, result.Path);
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

    public static Command Restore(ChosenDatabase database)
    {
        var file = new Argument<string>("FILE")
        {
            Description = "What db backup has written, or what was kept before an upgrade; it stays",
        };
        var command = new Command(
            "restore", "Put a copy in the database's place, once it is checked; what was there stays beside it under another name")
        {
            file,
        };
        command.SetAction(parsed =>
        {
            var path = database.Path(parsed);
            Action<string> report = database.WantsJson(parsed) ? static _ => { } : Console.Out.WriteLine;
            var result = DatabaseWork.Run(
                cancellation => DatabaseRestore.Run(path, parsed.GetValue(file)!, report, cancellation: cancellation));
            database.Print(
                parsed,
                new RestoreAnswer(result.Path, result.Kept),
                DatabaseJson.Default.RestoreAnswer,
                static answer => $"{answer.Database} is restored" + (answer.Kept is null ? "" : $"; what it was is {answer.Kept}"));
            return ExitStatus.Success;
        });
        return command;
    }

    /// <summary>The copy is there all the same where that fails, so it is no failure.</summary>
    private static void Note(string database, string backup)
    {
        try
        {
            LastBackup.Note(database, backup);
        }
        catch (DatabaseException failure)
        {
            Console.Error.WriteLine(failure.Message);
        }
    }

    private static string Describe(BackupAnswer answer)
    {
        var (copied, theRest) = (answer.CopySeconds, answer.ElapsedSeconds - answer.CopySeconds);
        return $"{answer.File}: {FigureText.Size(answer.Bytes)}, up to message {answer.LastMessageId}, "
            + $"copied in {FigureText.Seconds(copied)}, checked in {FigureText.Seconds(theRest)}";
    }
}

/// <summary>A copy was written.</summary>
/// <param name="Database">Of this file.</param>
/// <param name="File">Into this one.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="LastMessageId">The newest message in it.</param>
/// <param name="CopySeconds">So long the copying took, in which the server's write-ahead log could only grow.</param>
/// <param name="ElapsedSeconds">So long all of it took.</param>
internal sealed record BackupAnswer(
    string Database, string File, long Bytes, long LastMessageId, double CopySeconds, double ElapsedSeconds);

/// <summary>A copy was put back.</summary>
/// <param name="Database">The file that was made.</param>
/// <param name="Kept">Where the one is that was there before; null where there was none.</param>
internal sealed record RestoreAnswer(string Database, string? Kept);
