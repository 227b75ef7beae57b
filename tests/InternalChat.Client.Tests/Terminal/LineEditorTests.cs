using InternalChat.Protocol;
using InternalChat.Terminal.Commands;
using InternalChat.Terminal.Input;

namespace InternalChat.Client.Tests.Terminal;

public sealed class LineEditorTests
{
    private static readonly CommandEntry[] Table =
    [
        Entry("/help", takesUser: false), Entry("/history", takesUser: true), Entry("/msg", takesUser: true),
    ];

    private readonly LineEditor _editor = new(
        new CommandCompletion(Table, () => [UserName.Parse("bob"), UserName.Parse("bobby"), UserName.Parse("carol")]).Complete);

    [Theory]
    [InlineData("/m", "/msg ")]
    [InlineData("/h", "/h")]
    [InlineData("/his", "/history ")]
    [InlineData("/x", "/x")]
    [InlineData("/msg c", "/msg carol ")]
    [InlineData("/msg C", "/msg carol ")]
    [InlineData("/msg b", "/msg bob")]
    [InlineData("/msg bobb", "/msg bobby ")]
    [InlineData("MSG c", "MSG carol ")]
    [InlineData("/msg carol c", "/msg carol c")]
    [InlineData("/help c", "/help c")]
    [InlineData("plain c", "plain c")]
    [InlineData("c", "c")]
    public void Tab_completes_commands_and_names(string typed, string completed)
    {
        _editor.Insert(typed);
        Press(ConsoleKey.Tab);

        Assert.Equal(completed, _editor.Buffer.Text);
    }

    [Fact]
    public void Several_candidates_are_told()
    {
        _editor.Insert("/msg bob");

        Assert.Equal(EditOutcome.Ambiguous, Press(ConsoleKey.Tab));
        Assert.Equal(["bob", "bobby"], _editor.Candidates);
    }

    [Fact]
    public void Arrows_bring_earlier_lines_back_and_the_unfinished_one()
    {
        Enter("one");
        Enter("two");
        Enter("two");
        _editor.Insert("unfinished");

        Press(ConsoleKey.UpArrow);
        Assert.Equal("two", _editor.Buffer.Text);
        Press(ConsoleKey.UpArrow);
        Press(ConsoleKey.UpArrow);
        Assert.Equal("one", _editor.Buffer.Text);
        Press(ConsoleKey.DownArrow);
        Press(ConsoleKey.DownArrow);
        Press(ConsoleKey.DownArrow);
        Assert.Equal("unfinished", _editor.Buffer.Text);
    }

    [Fact]
    public void A_line_that_is_not_to_be_remembered_is_not()
    {
        _editor.Insert("AUTH alice secret-word");
        _editor.TakeLine(remember: false);
        Press(ConsoleKey.UpArrow);

        Assert.Equal("", _editor.Buffer.Text);
    }

    [Fact]
    public void Control_keys_edit_as_in_a_shell()
    {
        _editor.Insert("hello big world");
        Control(ConsoleKey.W);
        Assert.Equal("hello big ", _editor.Buffer.Text);
        Control(ConsoleKey.A);
        Control(ConsoleKey.K);
        Assert.Equal("", _editor.Buffer.Text);
        Control(ConsoleKey.Y);
        Control(ConsoleKey.LeftArrow);
        Control(ConsoleKey.U);
        Assert.Equal("big ", _editor.Buffer.Text);
        Control(ConsoleKey.E);
        Control(ConsoleKey.Backspace);
        Assert.Equal("big", _editor.Buffer.Text);
        Control(ConsoleKey.A);
        Control(ConsoleKey.D);
        Assert.Equal("ig", _editor.Buffer.Text);
    }

    [Fact]
    public void Control_D_ends_the_input_on_an_empty_line_only()
    {
        Assert.Equal(EditOutcome.EndOfInput, Control(ConsoleKey.D));
        _editor.Insert("x");
        Assert.Equal(EditOutcome.Edited, Control(ConsoleKey.D));
        Assert.Equal(EditOutcome.Interrupted, Control(ConsoleKey.C));
    }

    private static CommandEntry Entry(string name, bool takesUser) =>
        new(name, "", "", takesUser, (_, _) => Task.FromResult(CommandOutcome.Done));

    private EditOutcome Press(ConsoleKey key) => _editor.Handle(new ConsoleKeyInfo('\0', key, false, false, false));

    private EditOutcome Control(ConsoleKey key) => _editor.Handle(new ConsoleKeyInfo('\0', key, false, false, control: true));

    private void Enter(string line)
    {
        _editor.Insert(line);
        Assert.Equal(EditOutcome.Submitted, Press(ConsoleKey.Enter));
        Assert.Equal(line, _editor.TakeLine());
    }
}
