namespace InternalChat.Engine.Options;

/// <summary>
/// The one holder of the options that are in force now. Any thread may change them; whoever obeys one asks at each use and keeps no copy.
/// </summary>
internal sealed class CurrentOptions(LiveOptions options)
{
    private volatile LiveOptions _live = options;

    public LiveOptions Live
    {
        get => _live;
        set => _live = value;
    }
}
