using Xunit;

namespace InternalChat.Protocol.Tests;

public sealed class WireLimitsTests
{
    [Fact]
    public void The_limits_are_the_contracts() =>
        Assert.Equal(
            (16_384, 12_288, 4_096, 3, 32, 8, 20, 200),
            (WireLimits.MaxClientLineBytes, WireLimits.MaxServerLineBytes, WireLimits.MaxBodyBytes, WireLimits.MinUserNameBytes,
                WireLimits.MaxUserNameBytes, WireLimits.MinPasswordCharacters, WireLimits.DefaultHistory, WireLimits.MaxHistory));
}
