namespace InternalChat.Engine.Writing;

/// <summary>
/// Tells whether an operator has changed an account since a login of it began. A login reads and hashes on other threads, long before
/// the writer sees it; what it was verified against may be gone by then. Each change gets a number; a login brings the last one that it
/// could have seen.
/// </summary>
/// <remarks>
/// The writer's, except <see cref="Visible"/>. Bounded: where so many changes have come that the oldest are forgotten, every login from
/// before counts as stale and begins anew.
/// </remarks>
internal sealed class AccountRevisions
{
    private const int MaxRemembered = 4_096;

    private readonly Dictionary<long, long> _changed = [];
    private long _last;
    private long _forgotten;
    private long _visible;

    /// <summary>The last change that is stored for certain: whoever reads the store after this sees it. Any thread.</summary>
    public long Visible => Volatile.Read(ref _visible);

    /// <summary>An account is changed by the batch under way. Where that is rolled back, some logins begin anew in vain.</summary>
    public void Note(long accountId)
    {
        if (_changed.Count >= MaxRemembered && !_changed.ContainsKey(accountId))
        {
            _changed.Clear();
            _forgotten = _last;
        }

        _changed[accountId] = ++_last;
    }

    /// <summary>The batch has reached its end: what it noted is stored, or never happened.</summary>
    public void Publish() => Volatile.Write(ref _visible, _last);

    /// <summary>Whether an account has, or may have, changed after <see cref="Visible"/> was read.</summary>
    public bool HasChangedSince(long accountId, long revision) =>
        revision != _last && (revision < _forgotten || _changed.GetValueOrDefault(accountId) > revision);
}
