using System.Runtime.CompilerServices;

namespace InternalChat.Simulation.Tests;

/// <summary>A line of the trace, which is only put together where a trace is kept: a search through seeds keeps none.</summary>
[InterpolatedStringHandler]
internal ref struct TraceLine
{
    private DefaultInterpolatedStringHandler _text;

    public TraceLine(int literalLength, int formattedCount, ISimulation simulation, out bool isKept)
    {
        isKept = simulation.IsTraced;
        _text = isKept ? new DefaultInterpolatedStringHandler(literalLength, formattedCount) : default;
    }

    public void AppendLiteral(string text) => _text.AppendLiteral(text);

    public void AppendFormatted<TValue>(TValue value) => _text.AppendFormatted(value);

    public string ToStringAndClear() => _text.ToStringAndClear();
}
