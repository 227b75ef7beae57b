namespace InternalChat.Client.Tests.Harness;

/// <summary>The events of a client, one by one.</summary>
internal sealed class Events(ChatClient client) : IAsyncDisposable
{
    private readonly IAsyncEnumerator<ServerEvent> _events =
        client.ReadEventsAsync(TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);

    internal async Task<ServerEvent> NextAsync()
    {
        Assert.True(await _events.MoveNextAsync(), "the events have ended");
        return _events.Current;
    }

    internal async Task<T> NextAsync<T>()
        where T : ServerEvent => Assert.IsType<T>(await NextAsync());

    internal async Task AssertEndedAsync() => Assert.False(await _events.MoveNextAsync());

    public ValueTask DisposeAsync() => _events.DisposeAsync();
}
