using System.Diagnostics.CodeAnalysis;

namespace InternalChat.Storage.Sqlite.Accounts;

/// <summary>
/// A bounded cache of two generations: what is used moves to the young one; when that is full it becomes the old one, and what
/// nobody asked for since is forgotten. No bookkeeping per look-up. One thread at a time.
/// </summary>
/// <param name="capacity">How much both generations hold together.</param>
/// <param name="weigh">How much of the capacity a value takes; 1 where not given.</param>
internal sealed class GenerationalCache<TKey, TValue>(int capacity, Func<TValue, int>? weigh = null)
    where TKey : notnull
{
    private Dictionary<TKey, TValue> _young = [];
    private Dictionary<TKey, TValue> _old = [];
    private int _youngWeight;

    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        if (_young.TryGetValue(key, out value))
            return true;
        if (!_old.Remove(key, out value))
            return false;
        Set(key, value);
        return true;
    }

    public void Set(TKey key, TValue value)
    {
        Remove(key);
        var weight = Weight(value);
        if (_youngWeight + weight > Math.Max(1, capacity / 2))
        {
            (_young, _old) = (_old, _young);
            _young.Clear();
            _youngWeight = 0;
        }

        _young.Add(key, value);
        _youngWeight += weight;
    }

    public void Remove(TKey key)
    {
        if (_young.Remove(key, out var value))
            _youngWeight -= Weight(value);
        _old.Remove(key);
    }

    private int Weight(TValue value) => weigh?.Invoke(value) ?? 1;
}
