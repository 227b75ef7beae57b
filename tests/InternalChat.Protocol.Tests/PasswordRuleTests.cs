using Xunit;

namespace InternalChat.Protocol.Tests;

public sealed class PasswordRuleTests
{
    [Theory]
    [InlineData("\uFEFFa-good-password", "begins with a byte order mark (U+FEFF)")]
    [InlineData("a-good-password\u00A0", "ends with a no-break space (U+00A0)")]
    [InlineData("\u00A0a-good-password", "begins with a no-break space (U+00A0)")]
    [InlineData("a-good-password\u200B", "ends with an invisible character (U+200B)")]
    [InlineData("a-good-password\u202F", "ends with an invisible character (U+202F)")]
    [InlineData("a-good-password\u3000", "ends with an invisible character (U+3000)")]
    [InlineData("\u2060a-good-password", "begins with an invisible character (U+2060)")]
    [InlineData("a-good-password\u00AD", "ends with an invisible character (U+00AD)")]
    [InlineData("a-good-password\u0007", "ends with an invisible character (U+0007)")]
    [InlineData("a-good-password\t", "ends with a tab")]
    [InlineData("a-good-password\r", "ends with a carriage return")]
    [InlineData("a-good-password ", "ends with a space")]
    [InlineData("a-g\uFFFDd-password", "not UTF-8")]
    public void What_nobody_sees_at_an_end_is_named(string password, string slip)
    {
        Assert.Contains(slip, PasswordRule.FindSlip(password), StringComparison.Ordinal);
        Assert.Contains(slip, PasswordRule.Refuse(password), StringComparison.Ordinal);
        Assert.DoesNotContain("good", PasswordRule.Refuse(password), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a-good-password")]
    [InlineData("in\u00A0the\u200Bmiddle")]
    [InlineData("naïve-paßwört")]
    [InlineData("password-❤\uFE0F")]
    [InlineData("password-\U0001F3F4\U000E0067\U000E0062\U000E0073\U000E0063\U000E0074\U000E007F")]
    public void What_can_be_seen_and_typed_is_accepted(string password) => Assert.Null(PasswordRule.Refuse(password));

    [Theory]
    [InlineData("")]
    [InlineData("seven-c")]
    [InlineData("with space")]
    [InlineData("with\ttab-inside")]
    public void What_AUTH_cannot_say_gets_the_rule_in_words(string password) =>
        Assert.Equal(PasswordRule.Words, PasswordRule.Refuse(password));

    [Fact]
    public void The_longest_password_has_1024_bytes()
    {
        Assert.Null(PasswordRule.Refuse(new string('x', 1_024)));
        Assert.Equal(PasswordRule.Words, PasswordRule.Refuse(new string('x', 1_023) + "é"));
    }
}
