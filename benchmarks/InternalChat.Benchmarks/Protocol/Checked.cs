namespace InternalChat.Benchmarks.Protocol;

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
