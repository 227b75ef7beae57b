using System.Globalization;
using System.Text;

namespace InternalChat.Flood.Scenarios.Presence;

/// <summary>From churners' numbers to their accounts and back, the latter without a dictionary for each watcher.</summary>
/// <param name="accountsPrefix">Of the run.</param>
/// <param name="count">How many churners there are.</param>
internal sealed class ChurnerNames(string accountsPrefix, int count)
{
    private const int Digits = 5;

    private readonly byte[] _prefix = Encoding.ASCII.GetBytes($"{accountsPrefix}-u-");

    internal int Count { get; } = count;

    /// <param name="number">From 0.</param>
    internal string Account(int number) => string.Create(CultureInfo.InvariantCulture, $"{accountsPrefix}-u-{number + 1:D5}");

    /// <returns>False for anybody else.</returns>
    internal bool TryNumber(ReadOnlySpan<byte> account, out int number)
    {
        number = -1;
        if (account.Length != _prefix.Length + Digits || !account.StartsWith(_prefix)
            || !int.TryParse(account[_prefix.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var ordinal))
        {
            return false;
        }

        number = ordinal - 1;
        return number >= 0 && number < Count;
    }
}
