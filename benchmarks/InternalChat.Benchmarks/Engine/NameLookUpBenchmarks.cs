using System.Text;
using BenchmarkDotNet.Attributes;
using InternalChat.Engine.Sessions;
using InternalChat.Protocol;

namespace InternalChat.Benchmarks.Engine;

/// <summary>
/// From a name's bytes on the wire to the session of that user. The rivals keep names as strings: one makes a string for each look-up,
/// the other decodes into characters on the stack.
/// </summary>
public class NameLookUpBenchmarks
{
    private const int LookUps = 10_000;

    private readonly byte[][] _wire = new byte[LookUps][];
    private Dictionary<string, Session> _byText = [];
    private Dictionary<string, Session>.AlternateLookup<ReadOnlySpan<char>> _byCharacters;
    private Dictionary<UserName, Session> _byName = [];
    private WriterWithNullEnds? _engine;

    [Params(1_000, 50_000)]
    public int Users { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        _engine = new WriterWithNullEnds(Users);
        _byName = _engine.Sessions.ToDictionary(static session => session.UserName);
        _byText = _engine.Sessions.ToDictionary(static session => session.UserName.ToString());
        _byCharacters = _byText.GetAlternateLookup<ReadOnlySpan<char>>();
        var random = new Random(Seed: 1);
        for (var i = 0; i < LookUps; i++)
            _wire[i] = Encoding.ASCII.GetBytes(_engine.Sessions[random.Next(Users)].UserName.ToString());

        var sum = StringKey();
        Checked.Equal(sum, AlternateKey());
        Checked.Equal(sum, UserNameKey());
        Checked.Equal(sum, Engine());
        Checked.Equal(false, sum == 0);
    }

    [GlobalCleanup]
    public void CleanUp() => _engine?.Dispose();

    [Benchmark(Baseline = true, OperationsPerInvoke = LookUps)]
    public long StringKey()
    {
        var sum = 0L;
        foreach (var bytes in _wire)
            sum += _byText[Encoding.UTF8.GetString(bytes)].AccountId;
        return sum;
    }

    [Benchmark(OperationsPerInvoke = LookUps)]
    public long AlternateKey()
    {
        var sum = 0L;
        Span<char> characters = stackalloc char[WireLimits.MaxUserNameBytes];
        foreach (var bytes in _wire)
            sum += _byCharacters[characters[..Encoding.UTF8.GetChars(bytes, characters)]].AccountId;
        return sum;
    }

    /// <summary>The engine's key, in one table.</summary>
    [Benchmark(OperationsPerInvoke = LookUps)]
    public long UserNameKey()
    {
        var sum = 0L;
        foreach (var bytes in _wire)
            sum += UserName.TryParse(bytes, out var name) ? _byName[name].AccountId : 0;
        return sum;
    }

    /// <summary>The engine's way: it checks the name, finds the account, and its user by the account.</summary>
    [Benchmark(OperationsPerInvoke = LookUps)]
    public long Engine()
    {
        var sum = 0L;
        foreach (var bytes in _wire)
        {
            if (UserName.TryParse(bytes, out var name) && _engine!.Registry.TryGetOnline(_engine.Accounts.Find(name), out var user))
                sum += user.AccountId;
        }

        return sum;
    }
}
