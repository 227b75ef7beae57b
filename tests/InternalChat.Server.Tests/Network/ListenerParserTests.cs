using System.Net;
using InternalChat.Server.Network;
using InternalChat.Server.Settings.Parsing;

namespace InternalChat.Server.Tests.Network;

/// <summary>The grammar of <c>--listen</c> and of <c>--proxy-protocol</c>; what is refused is tested with the program itself.</summary>
public sealed class ListenerParserTests
{
    [Theory]
    [InlineData("127.0.0.1:9000", "tcp://127.0.0.1:9000")]
    [InlineData("tcp://127.0.0.1:0", "tcp://127.0.0.1:0")]
    [InlineData("tls://[::]:9443", "tls://[::]:9443")]
    [InlineData("*:65535", "tcp://[::]:65535")]
    [InlineData("[2001:db8::1]:9000", "tcp://[2001:db8::1]:9000")]
    [InlineData("tcp+proxy://10.0.0.1:9000", "tcp+proxy://10.0.0.1:9000")]
    [InlineData("tls+proxy://0.0.0.0:9443", "tls+proxy://0.0.0.0:9443")]
    [InlineData("unix:/run/chat.sock", "unix:/run/chat.sock")]
    [InlineData("unix:///run/chat.sock", "unix:/run/chat.sock")]
    [InlineData("unix+proxy:/run/chat.sock", "unix+proxy:/run/chat.sock")]
    public void A_listener_is_an_address_with_a_scheme(string text, string meaning) =>
        Assert.Equal(meaning, Assert.Single(Parse(text)).ToString());

    [Fact]
    public void A_path_is_meant_from_where_the_operator_stands() =>
        Assert.Equal($"unix:{Path.GetFullPath("chat.sock")}", Assert.Single(Parse("unix:chat.sock")).ToString());

    [Theory]
    [InlineData("127.0.0.1:1,tls://127.0.0.1:2,unix:/run/chat.sock")]
    [InlineData("  127.0.0.1:1 tls://127.0.0.1:2\tunix:/run/chat.sock, ")]
    public void Several_are_separated_by_commas_or_blanks(string text) =>
        Assert.Equal(
            ["tcp://127.0.0.1:1", "tls://127.0.0.1:2", "unix:/run/chat.sock"],
            Parse(text).Select(listener => listener.ToString()));

    [Theory]
    [InlineData("127.0.0.1:9000", false)]
    [InlineData("127.9.9.9:9000", false)]
    [InlineData("[::1]:9000", false)]
    [InlineData("unix:/run/chat.sock", false)]
    [InlineData("tls://0.0.0.0:9000", false)]
    [InlineData("0.0.0.0:9000", true)]
    [InlineData("*:9000", true)]
    [InlineData("tcp+proxy://192.0.2.1:9000", true)]
    public void Plain_text_that_other_machines_can_read_is_known(string text, bool isExposed) =>
        Assert.Equal(isExposed, Assert.Single(Parse(text)).IsExposed);

    [Theory]
    [InlineData("127.0.0.1:1", "tls://127.0.0.1:1", true)]
    [InlineData("127.0.0.1:1", "0.0.0.0:1", true)]
    [InlineData("127.0.0.1:1", "[::]:1", true)]
    [InlineData("[2001:db8::1]:1", "[::]:1", true)]
    [InlineData("unix:/run/chat.sock", "unix+proxy:/run/chat.sock", true)]
    [InlineData("127.0.0.1:1", "127.0.0.2:1", false)]
    [InlineData("127.0.0.1:1", "127.0.0.1:2", false)]
    [InlineData("127.0.0.1:0", "127.0.0.1:0", false)]
    [InlineData("[::1]:1", "0.0.0.0:1", false)]
    [InlineData("[::1]:1", "unix:/run/chat.sock", false)]
    public void Two_at_the_same_place_are_known(string one, string two, bool collide)
    {
        var (first, second) = (Assert.Single(Parse(one)), Assert.Single(Parse(two)));
        Assert.Equal((collide, collide), (first.CollidesWith(second), second.CollidesWith(first)));
    }

    [Theory]
    [InlineData("10.0.0.0/8", "10.255.0.1", true)]
    [InlineData("10.0.0.0/8", "11.0.0.1", false)]
    [InlineData("127.0.0.1", "127.0.0.1", true)]
    [InlineData("127.0.0.1", "127.0.0.2", false)]
    [InlineData("2001:db8::/32, 10.0.0.0/8", "2001:db8:ffff::1", true)]
    [InlineData("::1", "::1", true)]
    [InlineData("0.0.0.0/0", "192.0.2.1", true)]
    [InlineData("0.0.0.0/0", "2001:db8::1", false)]
    public void Networks_and_addresses(string text, string address, bool isWithin) =>
        Assert.Equal(isWithin, NetworkParser.Parse(Given(text)).Any(network => network.Contains(IPAddress.Parse(address))));

    [Theory]
    [InlineData("10/8")]
    [InlineData("10.0.0.1/8")]
    [InlineData("10.0.0.0/33")]
    [InlineData("10.0.0.0/-1")]
    [InlineData("10.0.0.0/")]
    [InlineData("2001:db8::1/32")]
    [InlineData("::ffff:10.0.0.0/104")]
    [InlineData("127.1")]
    [InlineData("localhost")]
    [InlineData("")]
    public void What_is_no_network_is_refused(string text) => Assert.Throws<SettingException>(() => NetworkParser.Parse(Given(text)));

    private static IReadOnlyList<Listener> Parse(string text) => ListenerParser.Parse(Given(text));

    private static SettingText Given(string text) => new(text, "--test");
}
