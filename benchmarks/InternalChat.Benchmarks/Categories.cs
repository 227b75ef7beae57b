namespace InternalChat.Benchmarks;

/// <summary>Categories of suites, for <c>--anyCategories</c>.</summary>
internal static class Categories
{
    /// <summary>Needs a log of millions of rows, which is built once and kept. Left out unless a category is asked for.</summary>
    public const string Large = "Large";
}
