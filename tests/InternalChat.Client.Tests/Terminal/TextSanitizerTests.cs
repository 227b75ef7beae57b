using System.Globalization;
using System.Text;
using CsCheck;
using InternalChat.Terminal.Output;

namespace InternalChat.Client.Tests.Terminal;

public sealed class TextSanitizerTests
{
    [Theory]
    [InlineData("plain text, 100%", "plain text, 100%")]
    [InlineData("grüße 日本 😀", "grüße 日本 😀")]
    [InlineData("\e[31mred\e[0m", "␛[31mred␛[0m")]
    [InlineData("\e]0;title\a", "␛]0;title␇")]
    [InlineData("a\rb\bc\u007f", "a␍b␈c␡")]
    [InlineData("a\tb", "a    b")]
    [InlineData("\u009b31m", "‹U+009B›31m")]
    [InlineData("evil\u202Egpj.exe", "evil‹U+202E›gpj.exe")]
    [InlineData("pay\u200Bpal", "pay‹U+200B›pal")]
    [InlineData("a\u2028b", "a‹U+2028›b")]
    [InlineData("a\u200Db", "a‹U+200D›b")]
    [InlineData("👨‍👩‍👧", "👨‍👩‍👧")]
    [InlineData("👍🏽", "👍🏽")]
    [InlineData("❤\uFE0F", "❤\uFE0F")]
    [InlineData("\u3164", "‹U+3164›")]
    [InlineData("\u0301x", "\u25CC\u0301x")]
    public void What_could_do_harm_is_made_visible(string text, string clean)
    {
        Assert.Equal(clean, TextSanitizer.Clean(text));
    }

    [Fact]
    public void A_lone_surrogate_is_replaced()
    {
        Assert.Equal("a\uFFFDb", TextSanitizer.Clean("a" + (char)0xD800 + "b"));
    }

    [Fact]
    public void A_tower_of_marks_is_cut()
    {
        Assert.Equal("e" + new string('\u0301', 8) + "x", TextSanitizer.Clean("e" + new string('\u0301', 100) + "x"));
    }

    [Fact]
    public void Nothing_but_what_can_be_printed_remains()
    {
        var rune = Gen.OneOf(
            Gen.Int[0, 0x9F], Gen.Int[0x2000, 0x206F], Gen.Int[0xE0000, 0xE007F], Gen.Int[0x300, 0x36F], Gen.Int[0x1F300, 0x1FAFF],
            Gen.Int[0, 0x10FFFF]).Where(Rune.IsValid).Select(value => new Rune(value).ToString());
        Gen.OneOf(rune.Array[0, 20].Select(string.Concat), Gen.String).Sample(text =>
        {
            var clean = TextSanitizer.Clean(text);
            var runes = clean.EnumerateRunes().ToList();
            for (var i = 0; i < runes.Count; i++)
            {
                var category = Rune.GetUnicodeCategory(runes[i]);
                var joins = runes[i].Value == 0x200D && i > 0 && i < runes.Count - 1;
                Assert.True(
                    joins || category is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate
                        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse
                        or UnicodeCategory.OtherNotAssigned),
                    $"U+{runes[i].Value:X4} remains");
            }

            Assert.Equal(clean, TextSanitizer.Clean(clean));
        });
    }
}
