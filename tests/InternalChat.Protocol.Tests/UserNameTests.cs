using System.Text;
using CsCheck;
using Xunit;

namespace InternalChat.Protocol.Tests;

public sealed class UserNameTests
{
    [Fact]
    public void Each_byte_is_legal_or_not_wherever_it_stands()
    {
        for (var value = 0; value <= byte.MaxValue; value++)
        {
            var legal = Generate.LegalNameCharacters.Contains((char)value);
            for (var position = 0; position < WireLimits.MaxUserNameBytes; position++)
            {
                var bytes = Enumerable.Repeat((byte)'x', WireLimits.MaxUserNameBytes).ToArray();
                bytes[position] = (byte)value;
                Assert.Equal(legal, UserName.TryParse(bytes, out var name));
                Assert.Equal(legal, !name.IsEmpty);
            }
        }
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(3, true)]
    [InlineData(32, true)]
    [InlineData(33, false)]
    [InlineData(16_384, false)]
    public void A_name_has_3_to_32_bytes(int length, bool legal)
    {
        var text = new string('x', length);
        Assert.Equal(legal, UserName.TryParse(text, out var fromText));
        Assert.Equal(legal, UserName.TryParse(Encoding.UTF8.GetBytes(text), out var fromBytes));
        Assert.Equal(legal ? length : 0, fromText.Length);
        Assert.Equal(fromText, fromBytes);
    }

    [Theory]
    [InlineData("al ice")]
    [InlineData("alice\n")]
    [InlineData("ålice")]
    [InlineData("a\u0661b")]
    [InlineData("\uFF21lice")]
    [InlineData("alice\ud800")]
    [InlineData("a@b")]
    public void Text_that_is_no_name_is_refused(string text)
    {
        Assert.False(UserName.TryParse(text, out var name));
        Assert.True(name.IsEmpty);
        Assert.Throws<FormatException>(() => UserName.Parse(text));
    }

    [Fact]
    public void Goes_there_and_back_as_text_and_as_bytes() =>
        Generate.UserName.Sample(text =>
        {
            var name = UserName.Parse(text);
            var bytes = Enumerable.Repeat((byte)0xEE, 40).ToArray();

            var length = name.CopyTo(bytes);

            Assert.Equal(text, name.ToString());
            Assert.Equal(text.Length, length);
            Assert.Equal(text.Length, name.Length);
            Assert.Equal(text, Encoding.ASCII.GetString(bytes, 0, length));
            Assert.All(bytes[length..32], value => Assert.Equal(0, value));
            Assert.All(bytes[32..], value => Assert.Equal(0xEE, value));
            Assert.True(UserName.TryParse(bytes.AsSpan(0, length), out var again));
            Assert.Equal(name, again);
            Assert.Equal(name.GetHashCode(), again.GetHashCode());
        });

    [Fact]
    public void Is_ordered_and_equal_by_its_bytes() =>
        Gen.Select(Neighbour, Neighbour).Sample((left, right) =>
        {
            var (a, b) = (UserName.Parse(left), UserName.Parse(right));
            var order = Math.Sign(string.CompareOrdinal(left, right));

            Assert.Equal(order, Math.Sign(a.CompareTo(b)));
            Assert.Equal((order < 0, order <= 0, order > 0, order >= 0), (a < b, a <= b, a > b, a >= b));
            Assert.Equal((order == 0, order != 0), (a == b, a != b));
            Assert.Equal(order == 0, a.Equals(b));
            Assert.Equal(order == 0, a.Equals((object)b));
        });

    [Theory]
    [InlineData("bob", "bobo")]
    [InlineData("Bob", "bob")]
    [InlineData("a-b", "a.b")]
    [InlineData("a.b", "a0b")]
    [InlineData("a9b", "aAb")]
    [InlineData("aZb", "a_b")]
    [InlineData("a_b", "aab")]
    public void Sorts_as_the_contract_says(string first, string second) => Assert.True(UserName.Parse(first) < UserName.Parse(second));

    [Fact]
    public void The_default_value_is_no_name()
    {
        var none = default(UserName);
        Span<byte> bytes = stackalloc byte[WireLimits.MaxUserNameBytes];

        Assert.True(none.IsEmpty);
        Assert.Equal(0, none.Length);
        Assert.Equal(0, none.CopyTo(bytes));
        Assert.Equal("", none.ToString());
        Assert.True(none < UserName.Parse("---"));
        Assert.Equal(none, default);
        Assert.Equal(none.GetHashCode(), default(UserName).GetHashCode());
        Assert.False(none.Equals("bob"));
    }

    [Fact]
    public void Needs_room_for_the_longest_name_to_copy_any() =>
        Assert.Throws<ArgumentException>(() => UserName.Parse("bob").CopyTo(new byte[31]));

    [Fact]
    public void Chosen_names_do_not_collide()
    {
        // The two halves of each eight bytes are the same: a hash that folds them by exclusive or sees nothing.
        string[] halves = ["abcd", "bcda", "cdab", "dabc", "acbd", "badc", "dcba", "bdac"];
        string[] blocks = [.. halves, .. halves.Select(half => half.ToUpperInvariant())];
        var names =
            from a in blocks
            from b in blocks
            from c in blocks
            select UserName.Parse($"{a}{a}{b}{b}{c}{c}");

        var hashes = names.Select(name => name.GetHashCode()).ToList();

        // 4,096 random hashes of 32 bits hold 0.002 pairs that are equal.
        Assert.InRange(hashes.Distinct().Count(), hashes.Count - 2, hashes.Count);
    }

    // Short names of few letters, so that equal ones and prefixes occur.
    private static readonly Gen<string> Neighbour = Gen.OneOf(
        Gen.Char["aAb_.-0"].Array[3, 5].Select(characters => new string(characters)),
        Gen.Char["ab"].Array[2].Select(characters => new string('x', 30) + new string(characters)),
        Generate.UserName);
}
