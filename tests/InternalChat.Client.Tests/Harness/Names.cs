using InternalChat.Protocol;

namespace InternalChat.Client.Tests.Harness;

internal static class Names
{
    internal static readonly UserName Alice = UserName.Parse("alice");
    internal static readonly UserName Bob = UserName.Parse("bob");
    internal static readonly UserName Carol = UserName.Parse("carol");
}
