using InternalChat.Server.Settings;
using InternalChat.Server.Settings.Parsing;

namespace InternalChat.Server.Tests.Settings;

public sealed class SettingParserTests
{
    private const string Source = "CHAT_SETTING";

    [Theory]
    [InlineData("1h", 3_600)]
    [InlineData("60m", 3_600)]
    [InlineData("3600000ms", 3_600)]
    [InlineData("36h", 129_600)]
    [InlineData("90d", 7_776_000)]
    [InlineData("36500d", 3_153_600_000)]
    public void An_age_is_a_time_from_an_hour_to_a_hundred_years(string text, long seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), SettingParser.AgeOrOff(new SettingText(text, Source)));

    [Fact]
    public void A_path_that_may_be_left_out_is_not_empty_where_it_is_given()
    {
        Assert.Null(SettingParser.OptionalText(new SettingText(null, Source)));
        Assert.Equal("a", SettingParser.OptionalText(new SettingText("a", Source)));
        var failure = Assert.Throws<SettingException>(() => SettingParser.OptionalText(new SettingText("", Source)));
        Assert.StartsWith(Source, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_settings_file_without_a_name_is_refused()
    {
        var failure = Assert.Throws<SettingException>(() => SettingsFile.Read(new SettingText("", "--config")));
        Assert.StartsWith("--config", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_age_that_is_off_is_any() => Assert.Null(SettingParser.AgeOrOff(new SettingText("off", Source)));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("90")]
    [InlineData("d")]
    [InlineData("0d")]
    [InlineData("-90d")]
    [InlineData("+90d")]
    [InlineData("90 d")]
    [InlineData(" 90d")]
    [InlineData("90D")]
    [InlineData("1.5d")]
    [InlineData("90s")]
    [InlineData("59m")]
    [InlineData("3w")]
    [InlineData("OFF")]
    [InlineData("36501d")]
    [InlineData("2147483647d")]
    [InlineData("99999999999999999999d")]
    public void What_is_no_age_is_refused_and_says_where_it_stands(string? text)
    {
        var refusal = Assert.Throws<SettingException>(() => SettingParser.AgeOrOff(new SettingText(text, Source)));
        Assert.StartsWith($"{Source}: '{text}' is not off or a time from 1h to 36500d", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1KiB", 1L << 10)]
    [InlineData("512MiB", 512L << 20)]
    [InlineData("5GiB", 5L << 30)]
    [InlineData("1000000TiB", 1_000_000L << 40)]
    public void A_size_is_a_number_with_a_binary_unit(string text, long bytes) =>
        Assert.Equal(bytes, SettingParser.SizeOrAuto(new SettingText(text, Source)));

    [Fact]
    public void A_size_that_is_auto_is_nobodys_word() => Assert.Null(SettingParser.SizeOrAuto(new SettingText("auto", Source)));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("0GiB")]
    [InlineData("-1GiB")]
    [InlineData("1.5GiB")]
    [InlineData("1 GiB")]
    [InlineData("1GB")]
    [InlineData("1gib")]
    [InlineData("off")]
    [InlineData("1000001TiB")]
    public void What_is_no_size_is_refused(string? text) =>
        Assert.Throws<SettingException>(() => SettingParser.SizeOrAuto(new SettingText(text, Source)));

    [Theory]
    [InlineData("1ms", 1)]
    [InlineData("10s", 10_000)]
    [InlineData("2m", 120_000)]
    [InlineData("24h", 86_400_000)]
    [InlineData("1d", 86_400_000)]
    public void A_time_is_from_a_millisecond_to_a_day(string text, int milliseconds) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), SettingParser.Time(new SettingText(text, Source)));

    [Theory]
    [InlineData("0s")]
    [InlineData("25h")]
    [InlineData("2d")]
    [InlineData("2147483647h")]
    public void What_is_no_such_time_is_refused(string text) =>
        Assert.Throws<SettingException>(() => SettingParser.Time(new SettingText(text, Source)));
}
