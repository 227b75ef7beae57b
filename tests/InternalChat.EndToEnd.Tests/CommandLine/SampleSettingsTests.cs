using System.Text.Json;
using System.Text.RegularExpressions;
using InternalChat.TestKit.Processes;

namespace InternalChat.EndToEnd.Tests.CommandLine;

/// <summary>
/// The sample settings file that is shipped is what the program says of itself. Whoever adds a setting writes it anew:
/// <c>internalchat config --sample > packaging/appsettings.sample.json</c>.
/// </summary>
public sealed partial class SampleSettingsTests : EndToEndTest
{
    private static readonly string Shipped = Path.Combine(AppContext.BaseDirectory, "CommandLine", "appsettings.sample.json");

    [Fact]
    public async Task The_shipped_file_is_what_the_program_prints()
    {
        var run = await ServerProgram.RunToEndAsync(NewFolder().Path, ["config", "--sample"]);
        Assert.True(run.ExitCode == 0 && run.ErrorLines.Count == 0, run.ToString());
        Assert.Equal(run.StandardOutput, await File.ReadAllTextAsync(Shipped, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task The_shipped_file_as_it_is_changes_nothing()
    {
        var settings = await ReadAsync("--config", Shipped);
        Assert.All(settings, static setting => Assert.Equal("default", setting.Value.GetProperty("source").GetString()));
    }

    [Fact]
    public async Task Every_default_in_it_is_the_default_once_it_is_no_comment()
    {
        var defaults = await ReadAsync();
        var file = NewFolder().File("appsettings.json");
        var withDefault = defaults.Where(static setting => setting.Value.GetProperty("value").ValueKind != JsonValueKind.Null).ToList();
        var text = SettingLine().Replace(
            await File.ReadAllTextAsync(Shipped, TestContext.Current.CancellationToken),
            line => withDefault.Exists(
                setting => setting.Key.Replace("-", "").Equals(line.Groups[1].Value, StringComparison.OrdinalIgnoreCase))
                ? line.Value.Replace("// ", "")
                : line.Value);
        await File.WriteAllTextAsync(file, text, TestContext.Current.CancellationToken);

        var read = await ReadAsync("--config", file);
        Assert.Equal(defaults.Count, SettingLine().Count(text) + withDefault.Count);
        Assert.All(withDefault, setting =>
        {
            Assert.StartsWith(file, read[setting.Key].GetProperty("source").GetString(), StringComparison.Ordinal);
            Assert.Equal(setting.Value.GetProperty("value").GetString(), read[setting.Key].GetProperty("value").GetString());
        });
    }

    private async Task<Dictionary<string, JsonElement>> ReadAsync(params string[] arguments)
    {
        var run = await ServerProgram.RunToEndAsync(NewFolder().Path, ["config", "--json", .. arguments]);
        Assert.True(run.ExitCode == 0, run.ToString());
        using var document = JsonDocument.Parse(run.StandardOutput);
        return document.RootElement.EnumerateObject().ToDictionary(static member => member.Name, static member => member.Value.Clone());
    }

    [GeneratedRegex("""^ *// "(\w+)":.*$""", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex SettingLine();
}
