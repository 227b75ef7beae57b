using System.CommandLine;
using InternalChat.Storage.Sqlite.Maintenance;

namespace InternalChat.Server.CommandLine.Database;

/// <summary><c>db vacuum</c>: the file becomes as small as what is in it.</summary>
internal static class VacuumCommand
{
    public static Command Create(ChosenDatabase database)
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
}
