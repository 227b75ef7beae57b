using InternalChat.Flood.Measurement;
using Xunit;

namespace InternalChat.Flood.Tests;

public sealed class SequenceCheckerTests
{
    private static readonly HashSet<long> None = [];

    [Theory]
    [InlineData(new long[] { 0, 1, 2, 3 }, 0, 0, 0)]
    [InlineData(new long[] { 0, 1, 1, 2, 3 }, 0, 1, 0)]
    [InlineData(new long[] { 0, 2, 1, 3 }, 0, 0, 1)]
    [InlineData(new long[] { 0, 2, 1, 1, 3 }, 0, 1, 1)]
    [InlineData(new long[] { 0, 3 }, 2, 0, 0)]
    [InlineData(new long[] { 0, 1 }, 2, 0, 0)]
    [InlineData(new long[] { 3 }, 3, 0, 0)]
    [InlineData(new long[0], 4, 0, 0)]
    public void Judges_what_became_of_four_messages(long[] arrived, long lost, long duplicated, long reordered)
    {
        var checker = Observe(arrived);
        Assert.Equal((lost, duplicated, reordered), (checker.CountLost(4, None), checker.Duplicated, checker.Reordered));
    }

    [Fact]
    public void Does_not_miss_what_the_server_rejected() =>
        Assert.Equal(0, Observe(0, 2).CountLost(4, new HashSet<long> { 1, 3 }));

    [Fact]
    public void Does_not_miss_what_was_never_answered() => Assert.Equal(0, Observe(0, 1, 3).CountLost(2, None));

    private static SequenceChecker Observe(params long[] arrived)
    {
        var checker = new SequenceChecker();
        foreach (var sequence in arrived)
            checker.Observe(sequence);
        return checker;
    }
}
