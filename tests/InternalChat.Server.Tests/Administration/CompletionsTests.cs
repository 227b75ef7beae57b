using System.Net.Sockets;
using InternalChat.Server.Administration;
using InternalChat.TestKit;
using Microsoft.Extensions.Time.Testing;

namespace InternalChat.Server.Tests.Administration;

/// <summary>What a shell gets that completes a command line with what a server knows.</summary>
public sealed class CompletionsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task A_server_that_has_not_answered_after_a_second_is_not_waited_for_any_longer()
    {
        var file = _folder.File("admin.sock");
        using var silent = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        silent.Bind(new UnixDomainSocketEndPoint(file));
        silent.Listen();
        var completing = Task.Run(
            () => AdminCommand.Create(_time).Parse($"sessions kick --socket {file} al").GetCompletions().ToList(),
            TestContext.Current.CancellationToken);
        using var asked = await silent.AcceptAsync(TestContext.Current.CancellationToken);
        Assert.Equal(1, await asked.ReceiveAsync(new byte[1], TestContext.Current.CancellationToken));
        _time.Advance(TimeSpan.FromSeconds(1) - TimeSpan.FromTicks(1));
        Assert.False(completing.IsCompleted);
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.Empty(await completing.WaitAsync(Patience.Limit, TestContext.Current.CancellationToken));
    }

    public void Dispose() => _folder.Dispose();
}
