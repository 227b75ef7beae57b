using InternalChat.BenchRunner.Host;
using InternalChat.BenchRunner.Scenarios;
using Xunit;

namespace InternalChat.BenchRunner.Tests;

public sealed class ScenarioFileTests
{
    private static readonly IReadOnlyList<Scenario> Own = ScenarioFile.Read(Repository.Own().ScenarioFile);

    [Fact]
    public void Our_own_file_is_read_and_its_names_differ() =>
        Assert.Equal(Own.Count, Own.Select(scenario => scenario.Name).Distinct().Count());

    [Fact]
    public void Each_step_of_ours_does_one_thing_and_where_there_are_several_each_has_a_name_of_its_own() => Assert.All(Own, scenario =>
    {
        Assert.All(scenario.Steps, step => Assert.Single(new object?[] { step.Flood, step.Restart, step.Redis }, part => part is not null));
        Assert.Equal(scenario.Steps.Count, scenario.Steps.Select(step => step.Name).Distinct().Count());
    });

    [Fact]
    public void Each_figure_of_ours_refers_to_a_step_that_is_there() => Assert.All(
        Own.Where(scenario => scenario.Steps.Count > 1),
        scenario => Assert.All(
            scenario.Figures.SelectMany(figure => new[] { figure.From, figure.NoWorseThan }).OfType<string>(),
            path => Assert.Contains(path.Split('.')[0], scenario.Steps.Select(step => step.Name).Append("server"))));

    [Fact]
    public void A_misspelled_member_is_refused() => Assert.Contains(
        "figurs",
        Assert.Throws<BenchException>(() => ScenarioFiles.Read(
            """{ "scenarios": [ { "name": "x", "title": "X", "steps": [], "figurs": [] } ] }""")).Message);

    [Fact]
    public void Everyday_runs_leave_out_what_is_long_and_heavy_ones_are_asked_for()
    {
        var all = new[] { Scenario("short"), Scenario("long") with { Quick = false }, Scenario("heavy") with { Heavy = true } };

        Assert.Equal(["short"], Select(all, quick: true, heavy: false));
        Assert.Equal(["short", "long"], Select(all, quick: false, heavy: false));
        Assert.Equal(["short", "long", "heavy"], Select(all, quick: false, heavy: true));
        Assert.Equal(["heavy"], Select(all, quick: true, heavy: false, "heavy"));
    }

    [Theory]
    [InlineData(true, "message --warmup 1s --duration 3s")]
    [InlineData(false, "message --warmup 3s --duration 60s")]
    public void The_times_of_a_load_depend_on_how_long_the_run_may_take(bool quick, string arguments)
    {
        var step = new ScenarioStep { Flood = "message --warmup {warmup} --duration {duration}" };
        var scenario = Scenario("one") with { Duration = "60s", Steps = [step] };

        Assert.Equal(arguments, ScenarioFile.Select([scenario], ["one"], quick, heavy: false).Single().Steps.Single().Flood);
    }

    [Fact]
    public void An_unknown_scenario_is_wrong_usage_and_the_known_ones_are_named() => Assert.Contains(
        "short", Assert.Throws<UsageException>(() => Select([Scenario("short")], quick: false, heavy: false, "shrt")).Message);

    private static IEnumerable<string> Select(Scenario[] all, bool quick, bool heavy, params string[] names) =>
        ScenarioFile.Select(all, names, quick, heavy).Select(scenario => scenario.Name);

    private static Scenario Scenario(string name) => new() { Name = name, Title = name, Steps = [], Figures = [] };
}
