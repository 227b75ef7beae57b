using InternalChat.Storage.Sqlite.Accounts;

namespace InternalChat.Storage.Sqlite.Tests;

public sealed class GenerationalCacheTests
{
    [Fact]
    public void What_is_set_again_counts_once()
    {
        var cache = new GenerationalCache<string, int>(capacity: 8);
        cache.Set("kept", 1);
        for (var value = 0; value < 20; value++)
            cache.Set("changing", value);
        Assert.True(cache.TryGet("kept", out _));
        Assert.True(cache.TryGet("changing", out var last));
        Assert.Equal(19, last);
    }

    [Fact]
    public void What_was_removed_counts_no_more()
    {
        var cache = new GenerationalCache<string, int>(capacity: 8);
        cache.Set("kept", 1);
        for (var i = 0; i < 20; i++)
        {
            cache.Set("passing", i);
            cache.Remove("passing");
        }

        Assert.True(cache.TryGet("kept", out _));
        Assert.False(cache.TryGet("passing", out _));
    }

    [Fact]
    public void A_value_counts_by_its_weight_and_what_nobody_asks_for_is_forgotten()
    {
        var cache = new GenerationalCache<string, int>(capacity: 8, static value => value);
        cache.Set("a", 3);
        cache.Set("b", 3);
        cache.Set("a", 1);
        // 1 of the young generation is "a", which was used; "b" is in the old one.
        cache.Set("c", 3);
        Assert.True(cache.TryGet("a", out _));
        cache.Set("d", 4);
        cache.Set("e", 4);
        Assert.False(cache.TryGet("b", out _));
    }
}
