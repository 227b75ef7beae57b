using InternalChat.Server.Administration.Contract;

namespace InternalChat.Server.Tests.Administration;

public sealed class WordsTests
{
    [Theory]
    [InlineData(1_767_225_600, "2026-01-01T00:00:00")]
    [InlineData(1_767_225_600_000, "9999-12-31T23:59:59")]
    [InlineData(long.MaxValue, "9999-12-31T23:59:59")]
    [InlineData(long.MinValue, "0001-01-01T00:00:00")]
    public void A_time_that_no_calendar_has_becomes_its_nearest(long unixSeconds, string time) =>
        Assert.Equal(time, Words.Time(unixSeconds).ToString("s", System.Globalization.CultureInfo.InvariantCulture));
}
