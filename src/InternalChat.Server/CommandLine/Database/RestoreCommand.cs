using System.CommandLine;
using InternalChat.Storage.Sqlite.Maintenance;

namespace InternalChat.Server.CommandLine.Database;

/// <summary><c>db restore FILE</c>: a copy takes the place of a database that no server has.</summary>
internal static class RestoreCommand
{
    public static Command Create(ChosenDatabase database)
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
            var result = Interruption.Allow(
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
}
