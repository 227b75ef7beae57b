using CsCheck;
using InternalChat.Client.Tests.Harness;
using InternalChat.Terminal.Output;
using Spectre.Console;

namespace InternalChat.Client.Tests.Terminal;

public sealed class ScreenTests : IDisposable
{
    private const int Columns = 20;
    private const int Rows = 6;

    private readonly StringWriter _output = new();
    private readonly TerminalEmulator _terminal = new(Columns, Rows);
    private readonly Screen _screen;

    public ScreenTests()
    {
        var capabilities = new AnsiCapabilities { Ansi = true, ColorSystem = ColorSystem.TrueColor };
        _screen = new Screen(_output, capabilities, () => (Columns, Rows));
    }

    [Fact]
    public void What_comes_in_goes_above_the_line_being_typed()
    {
        Type("half a li", 6);
        Print("bob: hi");

        Assert.Equal(["bob: hi", "> half a li"], Shown());
        Assert.Equal((1, 8), (_terminal.Row, _terminal.Column));
    }

    [Fact]
    public void A_line_longer_than_the_screen_wraps_and_shrinks_again()
    {
        Type("0123456789012345678901234567890123456789X", 41);
        Print("bob: hi");
        Assert.Equal(["bob: hi", "> 012345678901234567", "89012345678901234567", "89X"], Shown());
        Assert.Equal((3, 3), (_terminal.Row, _terminal.Column));

        Type("short", 0);
        Assert.Equal(["bob: hi", "> short"], Shown());
        Assert.Equal((1, 2), (_terminal.Row, _terminal.Column));
    }

    [Fact]
    public void A_wide_character_that_does_not_fit_goes_to_the_next_row_whole()
    {
        Type("12345678901234567日x", 18);

        Assert.Equal(["> 12345678901234567", "日x"], Shown());
        Assert.Equal((1, 2), (_terminal.Row, _terminal.Column));
    }

    [Fact]
    public void The_cursor_behind_a_full_row_stands_on_the_next()
    {
        Type("123456789012345678", 18);
        Print("bob: hi");

        Assert.Equal(["bob: hi", "> 123456789012345678"], Shown());
        Assert.Equal((2, 0), (_terminal.Row, _terminal.Column));
    }

    [Fact]
    public void Of_a_line_that_fills_more_than_the_screen_the_part_around_the_cursor_is_shown()
    {
        Print("bob: hi");
        Type(new string('x', 300) + "end", 303);
        Assert.Equal("xend", Shown()[^1][^4..]);
        Type("start" + new string('x', 300), 0);
        Assert.Contains("> startxxxxxxxxxxxxx", Shown());
        Type("", 0);
        Print("carol: ho");

        // What scrolled away with the long line is gone from the screen, not torn.
        Assert.Equal(["carol: ho", ">"], Shown().TakeLast(2));
    }

    [Fact]
    public void A_line_is_changed_where_it_stands()
    {
        Type("typing", 6);
        var line = Print("12:00 .  to bob: hi");
        Print("a line that takes two rows of it");

        Assert.True(_screen.TryPatch(line, 6, new StyledText().Add("ok")));
        Assert.Equal(["12:00 ok to bob: hi", "a line that takes tw", "o rows of it", "> typing"], Shown());
        Assert.Equal((3, 8), (_terminal.Row, _terminal.Column));
    }

    [Fact]
    public void A_line_that_has_left_the_screen_is_not_changed()
    {
        Type("", 0);
        var line = Print("12:00 .  to bob: hi");
        for (var i = 0; i < Rows; i++)
            Print("more");

        Assert.False(_screen.TryPatch(line, 6, new StyledText().Add("ok")));
    }

    [Fact]
    public void Whatever_happens_the_screen_shows_the_end_of_the_transcript_and_the_line_being_typed()
    {
        var text = Gen.String[Gen.Char["ab日e\u0301 "], 0, 50];
        Gen.Select(Gen.Int[0, 3], text, Gen.Int[0, 50]).Array[1, 40].Sample(steps =>
        {
            using var test = new ScreenTests();
            test.Type("", 0);
            var expected = new List<(ScreenLine Line, string Text)>();
            var typed = "";
            foreach (var (action, piece, number) in steps)
            {
                var clean = TextSanitizer.Clean(piece);
                if (action == 0)
                    test.Type(typed = clean, Boundary(clean, number));
                else if (action < 3)
                    expected.Add((test.Print("..:" + clean), "..:" + clean));
                else if (expected.Count > 0)
                    Patch(test, expected, number % expected.Count);
            }

            test.Type(typed = "end", 3);
            var all = expected.SelectMany(line => Wrap(line.Text)).Append("> end");
            var shown = test.Shown().ToList();
            // A long line being typed scrolls rows away for good, and leaves the screen shorter than it could be.
            Assert.Equal(all.TakeLast(shown.Count), shown);
        });
    }

    public void Dispose() => _output.Dispose();

    private static IEnumerable<string> Wrap(string text) =>
        PromptLayout.Of(0, text, 0, Columns, int.MaxValue).Rows
            .Where((row, i) => i == 0 || row.Length > 0).Select(row => row.TrimEnd());

    private ScreenLine Print(string text) => _screen.Print(new StyledText().Add(text[..2], new Style(Color.Red)).Add(text[2..]));

    private void Type(string text, int cursor) => _screen.ShowPrompt(new StyledText().Add("> "), text, cursor);

    private string[] Shown()
    {
        _terminal.Feed(_output.ToString());
        _output.GetStringBuilder().Clear();
        return _terminal.Screen;
    }

    private static void Patch(ScreenTests test, List<(ScreenLine Line, string Text)> expected, int index)
    {
        var (line, text) = expected[index];
        if (test._screen.TryPatch(line, 0, new StyledText().Add("ok")))
            expected[index] = (line, "ok" + text[2..]);
    }

    private static int Boundary(string text, int number)
    {
        var boundaries = System.Globalization.StringInfo.ParseCombiningCharacters(text).Append(text.Length).ToList();
        return boundaries[number % boundaries.Count];
    }
}
