using System.Collections;
using System.CommandLine;
using System.Text.RegularExpressions;
using InternalChat.Flood.Measurement;
using InternalChat.Flood.Options;
using InternalChat.TestKit;
using Xunit;

namespace InternalChat.Flood.Tests;

/// <summary>What the help promises, and what wrong words get.</summary>
public sealed partial class CommandLineTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Commands => [.. Root().Subcommands.Select(command => command.Name)];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Commands))]
    public void Every_default_in_the_help_can_be_typed_and_means_the_same(string command)
    {
        File.WriteAllText(_folder.File("ledger"), "");
        string[] line = command == "verify" ? [command, "--ledger", _folder.File("ledger")] : [command];
        using var help = new StringWriter();
        Root().Parse([command, "--help"]).Invoke(new InvocationConfiguration { Output = help });
        var defaults = Default().Matches(help.ToString()).ToDictionary(match => match.Groups[1].Value, match => match.Groups[2].Value);
        Assert.InRange(defaults.Count, command == "verify" ? 2 : 5, int.MaxValue);
        foreach (var option in Root().Subcommands.Single(known => known.Name == command).Options)
        {
            var without = Root().Parse(line);
            if (!defaults.TryGetValue(option.Name, out var word))
            {
                var value = without.GetValue<object>(option.Name);
                Assert.True(value is null or false or ICollection { Count: 0 } || option.Required, option.Name);
                continue;
            }

            var given = Root().Parse([.. line, option.Name, word]);
            Assert.True(given.Errors.Count == 0, $"{option.Name} {word}: {string.Join(", ", given.Errors.Select(error => error.Message))}");
            Assert.Equal(Value(without, option), Value(given, option));
        }
    }

    [Theory]
    [InlineData("500ms", 500)]
    [InlineData("10s", 10_000)]
    [InlineData("90s", 90_000)]
    [InlineData("2m", 120_000)]
    [InlineData("1h", 3_600_000)]
    [InlineData("0s", 0)]
    public void A_time_is_written_as_it_is_typed(string text, int milliseconds)
    {
        Assert.True(Duration.TryParse(text, out var duration));
        Assert.Equal(milliseconds, duration.Value.TotalMilliseconds);
        Assert.Equal(text, duration.ToString());
    }

    [Theory]
    [InlineData("0.0001ms")]
    [InlineData("1500ms")]
    [InlineData("1234.5678ms")]
    [InlineData("24h")]
    public void A_time_that_is_written_can_be_typed(string text)
    {
        Assert.True(Duration.TryParse(text, out var duration));
        Assert.Equal(text, duration.ToString());
    }

    [Theory]
    [InlineData("message --duration NaNs")]
    [InlineData("message --duration 0s")]
    [InlineData("message --duration -1s")]
    [InlineData("message --duration 5")]
    [InlineData("message --duration 5d")]
    [InlineData("message --duration 25h")]
    [InlineData("message --duration 99999999999999999999999999999999h")]
    [InlineData("message --warmup long")]
    [InlineData("message --pairs 0")]
    [InlineData("message --pairs 1.5")]
    [InlineData("message --pairs 99999999999")]
    [InlineData("message --to Pair")]
    [InlineData("message --server-pid 0")]
    [InlineData("message --server-pid self")]
    [InlineData("message --json ")]
    [InlineData("message --json /")]
    [InlineData("message --html /no/such/folder/page.html")]
    [InlineData("message --hdr /proc/log")]
    [InlineData("message --json same --html same")]
    [InlineData("message --json same --html ./same")]
    [InlineData("message --ledger same --json same")]
    [InlineData("message --ledger ")]
    [InlineData("message --rate 1,000")]
    [InlineData("message --rate 1e-20")]
    [InlineData("message --stages 1s:5 --stages 1s:6")]
    [InlineData("message --password a-good-password\u00A0")]
    [InlineData("message --password \uFEFFa-good-password")]
    [InlineData("message --ca-cert ")]
    [InlineData("message --target http://host:9000")]
    [InlineData("message --target 127.0.0.1:9000:9000")]
    [InlineData("connect --ping-interval 1ms")]
    [InlineData("login --chat-rate 10")]
    [InlineData("login --connect-rate 10")]
    [InlineData("mixed --list-share 101")]
    [InlineData("mixed --list-share NaN")]
    [InlineData("mixed --list-share 1,5")]
    [InlineData("history --limit 201")]
    [InlineData("verify")]
    [InlineData("verify --ledger /")]
    [InlineData("unknown")]
    [InlineData("")]
    public Task Wrong_words_are_refused_in_one_line(string arguments) => FloodRun.AssertRefusedAsync(arguments);

    [Fact]
    public Task Stages_that_no_timer_can_count_are_refused() =>
        FloodRun.AssertRefusedAsync($"message --stages {string.Join(',', Enumerable.Repeat("24h:1", 31))}");

    [Fact]
    public void A_file_that_is_still_to_be_written_is_not_made_by_looking_whether_it_can_be()
    {
        Assert.Empty(Root().Parse(["message", "--json", _folder.File("report.json")]).Errors);
        Assert.False(File.Exists(_folder.File("report.json")));
    }

    private static object? Value(ParseResult parsed, Option option) =>
        parsed.GetValue<object>(option.Name) ?? (option.ValueType.IsEnum ? Activator.CreateInstance(option.ValueType) : null);

    private static RootCommand Root() => FloodCommand.Create(TextWriter.Null, TextWriter.Null);

    [GeneratedRegex(@"^ +(--[a-z-]+) .*\[default: (.*)\]\s*$", RegexOptions.Multiline)]
    private static partial Regex Default();
}
