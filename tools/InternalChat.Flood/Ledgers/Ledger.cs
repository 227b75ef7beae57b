using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using InternalChat.Protocol;

namespace InternalChat.Flood.Ledgers;

/// <summary>A message that the server said is stored.</summary>
internal readonly record struct AcknowledgedMessage(long Id, string Sender);

/// <summary>What a file of <see cref="LedgerWriter"/> tells.</summary>
internal sealed class Ledger
{
    private readonly Dictionary<string, List<AcknowledgedMessage>> _acknowledged = [];
    private readonly Dictionary<string, string> _names = [];
    private readonly HashSet<long> _ids = [];
    private readonly HashSet<long> _received = [];

    private Ledger()
    {
    }

    /// <summary>By recipient.</summary>
    internal IReadOnlyDictionary<string, List<AcknowledgedMessage>> Acknowledged => _acknowledged;

    internal int AcknowledgedCount => _ids.Count;

    /// <summary>Ids of the messages that their recipients got during the run.</summary>
    internal IReadOnlySet<long> Received => _received;

    /// <summary>Acknowledgements of an id that another message had before.</summary>
    internal int GivenTwice { get; private set; }

    /// <summary>Whether the last line has no end, because its writer was killed. It is left out.</summary>
    internal bool IsTorn { get; private set; }

    /// <exception cref="LedgerFormatException">The file is something else.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    internal static Ledger Read(string file)
    {
        using var stream = File.OpenRead(file);
        if (stream.CanSeek)
            return Read(stream);
        // A pipe.
        using var whole = new MemoryStream();
        stream.CopyTo(whole);
        whole.Position = 0;
        return Read(whole);
    }

    /// <exception cref="LedgerFormatException">The stream is something else.</exception>
    internal static Ledger Read(Stream stream)
    {
        var ledger = new Ledger { IsTorn = !EndsWithLineEnd(stream) };
        using var lines = new StreamReader(stream, Encoding.Latin1);
        var number = 1;
        for (var line = lines.ReadLine(); line is not null; number++)
        {
            var next = lines.ReadLine();
            var isTorn = ledger.IsTorn && next is null;
            if (isTorn ? line is not ['A' or 'R', ..] : !ledger.TryAdd(line))
                throw new LedgerFormatException($"is no ledger: line {number} is neither 'A ID SENDER RECIPIENT' nor 'R ID RECIPIENT'");
            line = next;
        }

        return ledger;
    }

    private static bool EndsWithLineEnd(Stream stream)
    {
        if (stream.Length == 0)
            return true;
        stream.Seek(-1, SeekOrigin.End);
        var last = stream.ReadByte();
        stream.Seek(0, SeekOrigin.Begin);
        return last == '\n';
    }

    private bool TryAdd(string line)
    {
        switch (line.Split(' '))
        {
            case ["A", var id, var sender, var recipient]
                when IsId(id, out var number) && IsName(sender, out var from) && IsName(recipient, out var to):
                Acknowledge(number, from, to);
                return true;
            case ["R", var id, var recipient] when IsId(id, out var number) && IsName(recipient, out _):
                _received.Add(number);
                return true;
            default:
                return false;
        }
    }

    private void Acknowledge(long id, string sender, string recipient)
    {
        if (!_ids.Add(id))
        {
            GivenTwice++;
            return;
        }

        if (!_acknowledged.TryGetValue(recipient, out var messages))
            _acknowledged[recipient] = messages = [];
        messages.Add(new AcknowledgedMessage(id, sender));
    }

    private static bool IsId(string text, out long id) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out id) && id > 0;

    /// <summary>One string for each name, however many messages it has.</summary>
    private bool IsName(string text, [NotNullWhen(true)] out string? name)
    {
        if (_names.TryGetValue(text, out name))
            return true;
        if (!UserName.TryParse(text, out _))
            return false;
        _names[text] = name = text;
        return true;
    }
}

/// <summary>A file is no ledger.</summary>
/// <param name="message">The rest of a sentence that begins with the file's name.</param>
internal sealed class LedgerFormatException(string message) : Exception(message);
