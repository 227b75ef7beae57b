using CsCheck;
using InternalChat.Terminal.Input;

namespace InternalChat.Client.Tests.Terminal;

public sealed class LineBufferTests
{
    private const string Family = "👨‍👩‍👧";

    [Fact]
    public void Text_is_inserted_at_the_cursor()
    {
        var line = new LineBuffer();
        line.Insert("ac");
        line.MoveLeft();
        line.Insert("b");

        Assert.Equal(("abc", 2), (line.Text, line.Cursor));
    }

    [Theory]
    [InlineData("日本", "日")]
    [InlineData("ae\u0301", "a")]
    [InlineData("a" + Family, "a")]
    [InlineData("a🇫🇷", "a")]
    [InlineData("", "")]
    public void Backspace_takes_what_looks_like_one_character(string text, string left)
    {
        var line = With(text);
        line.DeleteLeft();

        Assert.Equal(left, line.Text);
    }

    [Fact]
    public void Delete_takes_what_is_under_the_cursor()
    {
        var line = With(Family + "b", 0);
        line.DeleteRight();
        Assert.Equal("b", line.Text);
        line.MoveEnd();
        line.DeleteRight();
        Assert.Equal("b", line.Text);
    }

    [Fact]
    public void A_mark_that_is_typed_joins_its_base()
    {
        var line = With("ex", 1);
        line.Insert("\u0301");
        Assert.Equal("e\u0301x", line.Text);
        line.MoveLeft();
        Assert.Equal(0, line.Cursor);
    }

    [Fact]
    public void Words_are_stepped_over_and_killed()
    {
        var line = With("/msg bob, what's up?");
        line.MoveWordLeft();
        Assert.Equal(17, line.Cursor);
        line.MoveHome();
        line.MoveWordRight();
        Assert.Equal(4, line.Cursor);
        line.KillWordRight();
        Assert.Equal("/msg, what's up?", line.Text);
        line.MoveEnd();
        line.KillWordLeft();
        Assert.Equal("/msg, what's ", line.Text);
        line.KillPartLeft();
        Assert.Equal("/msg, what'", line.Text);
    }

    [Fact]
    public void What_was_killed_comes_back()
    {
        var line = With("hello world", 5);
        line.KillToEnd();
        Assert.Equal("hello", line.Text);
        line.MoveHome();
        line.Yank();
        Assert.Equal((" worldhello", 6), (line.Text, line.Cursor));
        line.KillToStart();
        Assert.Equal(("hello", 0), (line.Text, line.Cursor));
    }

    [Fact]
    public void A_pasted_line_end_becomes_a_space_and_a_control_character_nothing()
    {
        var line = new LineBuffer();
        line.Insert("a\r\nb\tc\ed\u009b");

        Assert.Equal("a b cd", line.Text);
    }

    [Fact]
    public void The_cursor_stays_between_characters_and_the_text_without_controls_whatever_is_done()
    {
        var text = Gen.String[Gen.Char[" ab\u0301日\u200D\uD83D\uDC68\n\e"], 0, 6];
        Gen.Select(Gen.Int[0, 15], text).Array[0, 30].Sample(steps =>
        {
            var line = new LineBuffer();
            foreach (var (action, piece) in steps)
            {
                Apply(line, action, piece);
                Assert.InRange(line.Cursor, 0, line.Text.Length);
                Assert.DoesNotContain(line.Text, char.IsControl);
                var boundaries = System.Globalization.StringInfo.ParseCombiningCharacters(line.Text).Append(line.Text.Length);
                if (action != 15)
                    Assert.Contains(line.Cursor, boundaries);
            }
        });
    }

    private static void Apply(LineBuffer line, int action, string piece)
    {
        Action[] actions =
        [
            line.MoveLeft, line.MoveRight, line.MoveHome, line.MoveEnd, line.MoveWordLeft, line.MoveWordRight, line.KillToEnd,
            line.KillToStart, line.KillWordLeft, line.KillPartLeft, line.KillWordRight, line.Yank, line.Clear,
            () => line.Insert(piece), () => line.Insert(piece),
        ];
        if (action < actions.Length)
            actions[action]();
    }

    private static LineBuffer With(string text, int? cursor = null)
    {
        var line = new LineBuffer();
        line.Set(text, cursor ?? text.Length);
        return line;
    }
}
