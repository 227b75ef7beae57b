using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using System.Threading.Channels;

namespace InternalChat.TestKit.Processes;

/// <summary>Everything a server process printed, on either stream, and the verdict on it. Safe for use by many threads.</summary>
public sealed partial class ServerOutput
{
    private const string UnixScheme = "unix:";

    private readonly Lock _lock = new();
    private readonly List<string> _lines = [];
    private readonly List<Regex> _expectedErrors = [];
    private readonly List<(string Text, TaskCompletionSource<string> Found)> _awaited = [];
    private readonly Channel<EndPoint> _listening = Channel.CreateUnbounded<EndPoint>();
    private readonly TaskCompletionSource<Uri> _observable = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _hasEnded;

    /// <summary>Completes with the address of the line that says where metrics and health are served.</summary>
    public Task<Uri> Observable => _observable.Task;

    /// <summary>What has been read by now, for messages: a line about what has just happened may not be there yet.</summary>
    public string SoFar
    {
        get
        {
            lock (_lock)
                return string.Join('\n', _lines);
        }
    }

    /// <summary>Everything it printed, once it has ended: a test that looked earlier would depend on who is faster.</summary>
    /// <exception cref="InvalidOperationException">There may be more to come.</exception>
    public string Whole =>
        _hasEnded ? SoFar : throw new InvalidOperationException("End the server before its whole output is looked at, or await one line.");

    public void Add(string line)
    {
        lock (_lock)
        {
            _lines.Add(line);
            foreach (var (text, found) in _awaited)
            {
                if (line.Contains(text, StringComparison.Ordinal))
                    found.TrySetResult(line);
            }

            _awaited.RemoveAll(static awaited => awaited.Found.Task.IsCompleted);
        }

        if (ListeningLine().Match(line) is { Success: true } match)
            _listening.Writer.TryWrite(Place(match.Groups[1].Value));
        if (ObservableLine().Match(line) is { Success: true } observable)
            _observable.TrySetResult(new Uri(observable.Groups[1].Value));
    }

    /// <summary>The lines between the first two that contain a text.</summary>
    public IEnumerable<string> Between(string text) =>
        Whole.Split('\n')
            .SkipWhile(line => !line.Contains(text, StringComparison.Ordinal))
            .Skip(1)
            .TakeWhile(line => !line.Contains(text, StringComparison.Ordinal));

    /// <summary>Both streams have been read to their end.</summary>
    public void End() => _hasEnded = true;

    /// <summary>Completes with where the server listens when it has said so of as many places. Once.</summary>
    public async Task<IReadOnlyList<EndPoint>> ListeningAsync(int count)
    {
        var places = new List<EndPoint>();
        while (places.Count < count)
            places.Add(await _listening.Reader.ReadAsync());
        return places;
    }

    /// <summary>The first line that contains a text, whether it has been read already or is still to come.</summary>
    public Task<string> LineAsync(string text) => AwaitAsync(text, alsoEarlier: true);

    /// <summary>The first line from now on that contains a text.</summary>
    public Task<string> NextAsync(string text) => AwaitAsync(text, alsoEarlier: false);

    /// <summary>Declares that errors whose text (the line and the five after it) matches are this test's intention.</summary>
    public void ExpectErrors(string pattern)
    {
        lock (_lock)
            _expectedErrors.Add(new Regex(pattern, RegexOptions.CultureInvariant));
    }

    /// <summary>The errors nobody expected, each with the lines after it.</summary>
    public IReadOnlyList<string> UnexpectedErrors()
    {
        lock (_lock)
        {
            var errors = new List<string>();
            for (var index = 0; index < _lines.Count; index++)
            {
                if (!ErrorLine().IsMatch(_lines[index]))
                    continue;
                var excerpt = string.Join('\n', _lines.Skip(index).Take(6));
                if (!_expectedErrors.Exists(expected => expected.IsMatch(excerpt)))
                    errors.Add(excerpt);
            }

            return errors;
        }
    }

    private async Task<string> AwaitAsync(string text, bool alsoEarlier)
    {
        var found = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (alsoEarlier && _lines.Find(line => line.Contains(text, StringComparison.Ordinal)) is { } earlier)
                return earlier;
            _awaited.Add((text, found));
        }

        try
        {
            return await found.Task.WaitAsync(Patience.Limit);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException(
                $"Timed out after {Patience.Limit.TotalSeconds} s waiting for a line with '{text}' among:\n{SoFar}");
        }
    }

    private static EndPoint Place(string text) =>
        text.StartsWith(UnixScheme, StringComparison.Ordinal)
            ? new UnixDomainSocketEndPoint(text[UnixScheme.Length..])
            : IPEndPoint.Parse(text);

    [GeneratedRegex(@"listening on (unix:\S+|\S+:\d+)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex ListeningLine();

    [GeneratedRegex(@"metrics and health at (http://[\d.:]+)", RegexOptions.CultureInvariant)]
    private static partial Regex ObservableLine();

    [GeneratedRegex(
        @"^[\s\d:.TZ+-]*(fail|crit):|\[(Error|Critical)\]|""LogLevel"":""(Error|Critical)""|Unhandled exception",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex ErrorLine();
}
