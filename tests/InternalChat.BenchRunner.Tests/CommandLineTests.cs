using InternalChat.BenchRunner.CommandLine;
using Xunit;

namespace InternalChat.BenchRunner.Tests;

public sealed class CommandLineTests
{
    [Theory]
    [InlineData("", "micro")]
    [InlineData("--list", "list")]
    [InlineData("--compare main HEAD", "compare main HEAD")]
    [InlineData("--quick --repeat 2", "all --quick --repeat 2")]
    [InlineData("Framing --job medium", "micro Framing --job medium")]
    [InlineData("flood saturate", "flood saturate")]
    [InlineData("--help", "--help")]
    public void What_is_typed_shorter_is_expanded(string typed, string expanded) =>
        Assert.Equal(Words(expanded), Shortcuts.Expand(Words(typed), ["list", "micro", "flood", "all", "compare"]));

    [Theory]
    [InlineData("flood --repeat 0", "within 1 to 100")]
    [InlineData("flood --repeat some", "some")]
    [InlineData("flood --databases no-such-folder", "no-such-folder")]
    [InlineData("flood --nonsense", "--nonsense")]
    [InlineData("all extra", "extra")]
    [InlineData("list extra", "extra")]
    [InlineData("compare one", "compare")]
    [InlineData("publish no-such-folder", "no-such-folder")]
    [InlineData("publish one two", "two")]
    [InlineData("compare no-such-commit HEAD", "no-such-commit")]
    [InlineData("generate new.db --messages many", "many")]
    [InlineData("generate new.db --conversations 0", "--conversations")]
    public async Task A_wrong_argument_is_one_line_and_exit_status_2(string typed, string telling)
    {
        var output = new StringWriter();
        var errors = new StringWriter();

        Assert.Equal(2, await BenchCommand.RunAsync(Words(typed), output, errors));

        var line = Assert.Single(errors.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("run-bench.sh: ", line);
        Assert.Contains(telling, line);
        Assert.Empty(output.ToString());
    }

    private static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
