using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace InternalChat.BenchRunner.Results;

/// <summary>A folder with the results of one run, for programs, for people and for the browser, and the records they come from.</summary>
internal sealed class ResultFolder
{
    private const string DataFile = "results.json";

    private static readonly JsonSerializerOptions Format = new()
    {
        WriteIndented = true,
        // Units are read by people too.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    private ResultFolder(string path)
    {
        Path = path;
        Records = Directory.CreateDirectory(System.IO.Path.Combine(path, "records")).FullName;
    }

    internal string Path { get; }

    /// <summary>What the programs printed and reported.</summary>
    internal string Records { get; }

    /// <summary>Makes <c>date-commit</c>, with a number behind it if that is taken.</summary>
    internal static ResultFolder Create(string results, string commit, bool isDirty, DateTimeOffset now)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{now:yyyy-MM-dd}-{commit}{(isDirty ? "-dirty" : "")}");
        var path = System.IO.Path.Combine(results, name);
        for (var number = 2; Directory.Exists(path); number++)
            path = System.IO.Path.Combine(results, string.Create(CultureInfo.InvariantCulture, $"{name}-{number}"));
        return new ResultFolder(path);
    }

    /// <summary>The results in a folder, given by path or by name below <paramref name="results"/>; null if there are none.</summary>
    /// <exception cref="BenchException">They are not readable.</exception>
    internal static RunResult? Find(string folder, string results)
    {
        var file = new[] { folder, System.IO.Path.Combine(results, folder) }
            .Select(path => System.IO.Path.Combine(path, DataFile)).FirstOrDefault(File.Exists);
        if (file is null)
            return null;
        try
        {
            return JsonSerializer.Deserialize<RunResult>(File.ReadAllText(file), Format);
        }
        catch (JsonException exception)
        {
            throw new BenchException($"{file}: {exception.Message}");
        }
    }

    internal void Write(RunResult result)
    {
        WriteData(Path, result);
        File.WriteAllText(System.IO.Path.Combine(Path, "results.md"), ResultReport.Markdown(result));
        File.WriteAllText(System.IO.Path.Combine(Path, "results.html"), ResultReport.Html(result));
    }

    /// <summary>Only what <see cref="Find"/> reads.</summary>
    internal static void WriteData(string folder, RunResult result) =>
        File.WriteAllText(System.IO.Path.Combine(folder, DataFile), JsonSerializer.Serialize(result, Format) + "\n");
}
