using System.Text;

namespace InternalChat.Flood.Options;

/// <summary>Standard error, which may be full: what cannot be said there does not end a run.</summary>
internal sealed class StandardError(TextWriter inner) : TextWriter
{
    public override Encoding Encoding => inner.Encoding;

    public override void Write(char value) => Attempt(value, static (inner, value) => inner.Write(value));

    public override void Write(string? value) => Attempt(value, static (inner, value) => inner.Write(value));

    public override void WriteLine(string? value) => Attempt(value, static (inner, value) => inner.WriteLine(value));

    public override void Flush() => Attempt(0, static (inner, _) => inner.Flush());

    private void Attempt<T>(T value, Action<TextWriter, T> write)
    {
        try
        {
            write(inner, value);
        }
        catch (IOException)
        {
            // There is nowhere else to say it.
        }
    }
}
