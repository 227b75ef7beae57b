namespace InternalChat.Benchmarks;

/// <summary>Categories of suites, for <c>--anyCategories</c>.</summary>
internal static class Categories
{
    /// <summary>Needs a log of millions of rows, which is built once and kept. Left out unless a category is asked for.</summary>
    public const string Large = "Large";
}

/// <summary>A benchmark that computes something wrong measures nothing: each checks its own result before it runs.</summary>
internal static class Checked
{
    public static void Equal<T>(T expected, T actual)
    {
        if (!EqualityComparer<T>.Default.Equals(expected, actual))
            throw new InvalidOperationException($"The result is {actual}, not {expected}.");
    }

    public static void Equal(ReadOnlySpan<byte> expected, ReadOnlySpan<byte> actual)
    {
        if (!expected.SequenceEqual(actual))
            throw new InvalidOperationException($"The result is {Convert.ToHexString(actual)}, not {Convert.ToHexString(expected)}.");
    }
}
