using InternalChat.BenchRunner.Scenarios;

namespace InternalChat.BenchRunner.Tests;

/// <summary>Scenario files that exist only as long as they are read.</summary>
internal static class ScenarioFiles
{
    internal static IReadOnlyList<Scenario> Read(string json)
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, json);
            return ScenarioFile.Read(path);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
