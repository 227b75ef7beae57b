using System.Buffers;
using InternalChat.Engine.Reading;
using InternalChat.Engine.Sessions;
using InternalChat.Protocol;
using InternalChat.Protocol.Versions;
using InternalChat.Storage;

namespace InternalChat.Engine.Presence;

/// <summary>
/// The names of all accounts as LIST's lines, one copy for all who ask: read and encoded when somebody asks and accounts have come or gone
/// since it last was. Whoever sends it keeps the last name that was sent, and goes on behind it in what is then known, so a peer that does
/// not read keeps no list alive. The writer tells of changes; any thread asks.
/// </summary>
/// <remarks>One is read at a time, however many ask; whoever asks for a newer one meanwhile waits for the next.</remarks>
internal sealed class KnownNames(IReaders readers)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<WireFormat, NameLines> _newest = [];
    private Task? _reading;
    private long _revision;

    /// <summary>An account has come or gone; called when that is stored and before anybody is told.</summary>
    public void Changed() => Interlocked.Increment(ref _revision);

    /// <summary>Completes when the names in this format are at least as new as this call.</summary>
    /// <exception cref="StorageException">The store could not be read.</exception>
    public async Task RefreshAsync(WireFormat wire)
    {
        var wanted = Volatile.Read(ref _revision);
        while (true)
        {
            TaskCompletionSource? mine = null;
            Task reading;
            lock (_gate)
            {
                if (_newest.TryGetValue(wire, out var lines) && lines.Revision >= wanted)
                    return;
                if (_reading is null)
                {
                    mine = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                    _reading = mine.Task;
                }

                reading = _reading;
            }

            if (mine is not null)
                _ = ReadAsync(wire, mine);
            await reading;
        }
    }

    /// <summary>Appends the next line to a session's queue; after <see cref="RefreshAsync"/>.</summary>
    /// <param name="session">Who asks.</param>
    /// <param name="last">The last name that it was sent; the default value at first.</param>
    /// <returns>Whether more follow.</returns>
    public bool AppendLine(Session session, ref UserName last)
    {
        NameLines newest;
        lock (_gate)
            newest = _newest[session.Wire];
        var next = newest.IndexAfter(last);
        if (next == newest.Lines.Count)
        {
            // The last account was deleted, the asker's: the reply has a line of each kind all the same.
            if (last == default)
                AppendOnly(session, session.UserName);
            return false;
        }

        var line = newest.Lines[next];
        using (var scope = session.Outbound.Begin())
        {
            if (scope.Writer is { } writer)
                Append(writer, session.Wire, line, last);
        }

        last = line.Last;
        return next + 1 < newest.Lines.Count;
    }

    private static void AppendOnly(Session session, in UserName name)
    {
        using var scope = session.Outbound.Begin();
        if (scope.Writer is not { } writer)
            return;
        var names = session.Wire.KnownNames();
        names.Add(writer, name);
        names.Complete(writer);
    }

    private static void Append(IBufferWriter<byte> writer, WireFormat wire, NameLine line, in UserName last)
    {
        if (line.First > last)
        {
            writer.Write(line.Bytes);
            return;
        }

        // The list was exchanged meanwhile, and its lines end elsewhere.
        var rest = wire.KnownNames();
        rest.AddAfter(writer, last, line.Bytes);
        rest.Complete(writer);
    }

    private async Task ReadAsync(WireFormat wire, TaskCompletionSource completion)
    {
        try
        {
            var revision = Volatile.Read(ref _revision);
            var walk = new NameWalk(wire);
            while (await readers.LongAsync(static (reader, walk) => walk.Read(reader), walk))
            {
                // Others have their turn.
            }

            End(new NameLines(revision, walk.Lines), wire);
            completion.SetResult();
        }
#pragma warning disable CA1031 // It goes to those who asked; the next one tries again.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            End(lines: null, wire);
            completion.SetException(exception);
        }
    }

    private void End(NameLines? lines, WireFormat wire)
    {
        lock (_gate)
        {
            if (lines is not null)
                _newest[wire] = lines;
            _reading = null;
        }
    }

    private readonly record struct NameLine(UserName First, UserName Last, byte[] Bytes);

    private sealed record NameLines(long Revision, List<NameLine> Lines)
    {
        /// <summary>The first line with a name behind this one.</summary>
        public int IndexAfter(in UserName name)
        {
            var (low, high) = (0, Lines.Count);
            while (low < high)
            {
                var middle = (low + high) / 2;
                if (Lines[middle].Last <= name)
                    low = middle + 1;
                else
                    high = middle;
            }

            return low;
        }
    }

    /// <summary>Goes through all accounts, a page at a time. Runs on a reader's thread.</summary>
    private sealed class NameWalk(WireFormat wire)
    {
        private const int PageSize = 1_000;

        private readonly ArrayBufferWriter<byte> _line = new(WireLimits.MaxServerLineBytes);
        private NameListWriter _names = wire.KnownNames();
        private string _after = "";
        private UserName _first;
        private UserName _last;

        public List<NameLine> Lines { get; } = [];

        /// <returns>Whether there are more.</returns>
        public bool Read(IStoreReader reader)
        {
            var page = reader.ListUsernames(_after, PageSize);
            foreach (var text in page)
            {
                // A store may hold names that this protocol cannot address.
                if (UserName.TryParse(text, out var name))
                    Add(name);
            }

            if (page.Count == PageSize)
            {
                _after = page[^1];
                return true;
            }

            EndLine();
            return false;
        }

        private void Add(in UserName name)
        {
            if (!_names.HasRoomFor(name))
                EndLine();
            if (_line.WrittenCount == 0)
                _first = name;
            _names.Add(_line, name);
            _last = name;
        }

        private void EndLine()
        {
            if (_line.WrittenCount == 0)
                return;
            _names.Complete(_line);
            Lines.Add(new NameLine(_first, _last, _line.WrittenSpan.ToArray()));
            _line.ResetWrittenCount();
        }
    }
}
