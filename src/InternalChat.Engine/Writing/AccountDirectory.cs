using InternalChat.Protocol;
using InternalChat.Storage;

namespace InternalChat.Engine.Writing;

/// <summary>
/// Names to account ids for the writer. Two generations: when the young one is full it becomes the old one, and what was not asked
/// for since is forgotten. Accounts do not change their names, and one that is deleted
/// is forgotten, so nothing in here grows stale.
/// </summary>
internal sealed class AccountDirectory(IStoreWriter store)
{
    // 100 bytes an entry: at most some 13 MB.
    private const int GenerationSize = 65_536;

    private Dictionary<UserName, long> _young = [];
    private Dictionary<UserName, long> _old = [];

    /// <summary>The account of a name; 0 where there is none, or it is deleted.</summary>
    public long Find(in UserName name)
    {
        if (_young.TryGetValue(name, out var id))
            return id;
        if (!_old.TryGetValue(name, out id))
            id = store.FindAccount(name.ToString()) is { Status: not AccountStatus.Deleted } account ? account.Id : 0;
        if (id != 0)
            Remember(name, id);
        return id;
    }

    /// <summary>Notes an account that is stored for certain: call it after the commit.</summary>
    public void Remember(in UserName name, long accountId)
    {
        if (_young.Count >= GenerationSize)
        {
            (_old, _young) = (_young, _old);
            _young.Clear();
        }

        _young[name] = accountId;
    }

    /// <summary>Forgets one account, which is being deleted.</summary>
    public void Forget(in UserName name)
    {
        _young.Remove(name);
        _old.Remove(name);
    }

    /// <summary>Forgets everything: a batch was rolled back, and an account that it created may have been looked up since.</summary>
    public void Clear()
    {
        _young.Clear();
        _old.Clear();
    }
}
