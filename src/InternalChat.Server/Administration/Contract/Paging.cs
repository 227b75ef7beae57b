namespace InternalChat.Server.Administration.Contract;

/// <summary>How long the pages of a list are that an operator reads, in entries.</summary>
internal static class Paging
{
    public const int DefaultLimit = 100;

    public const int MaxLimit = 10_000;
}
