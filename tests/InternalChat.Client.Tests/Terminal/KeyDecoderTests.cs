using InternalChat.Terminal.Input;

namespace InternalChat.Client.Tests.Terminal;

public sealed class KeyDecoderTests
{
    [Fact]
    public void Characters_that_are_there_at_once_are_one_text()
    {
        var decoder = new KeyDecoder(new Keys("日😀x\r"));

        Assert.Equal("日😀x", decoder.Read().Text);
        Assert.Equal(ConsoleKey.Enter, decoder.Read().Key.Key);
    }

    [Fact]
    public void What_is_pasted_is_one_text_with_its_line_ends()
    {
        var decoder = new KeyDecoder(new Keys("a\e[200~one\rtwo\t~\e[3~\e[201~b"));

        Assert.Equal("a", decoder.Read().Text);
        Assert.Equal("one\ntwo\t~\e[3~", decoder.Read().Text);
        Assert.Equal("b", decoder.Read().Text);
    }

    [Fact]
    public void An_unknown_sequence_is_not_typed()
    {
        var decoder = new KeyDecoder(new Keys("\e[999;5uab\e"));

        Assert.Equal("ab", decoder.Read().Text);
    }

    private sealed class Keys(string typed) : IKeySource
    {
        private int _position;

        public bool Available => _position < typed.Length;

        public ConsoleKeyInfo Read()
        {
            var character = typed[_position++];
            var key = character switch
            {
                '\e' => ConsoleKey.Escape,
                '\r' => ConsoleKey.Enter,
                '\t' => ConsoleKey.Tab,
                _ => ConsoleKey.None,
            };
            return new ConsoleKeyInfo(character, key, false, false, false);
        }
    }
}
