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
    private readonly Channel<EndPoint> _listening = Channel.CreateUnbounded<EndPoint>();

    public string Text
    {
        get
        {
            lock (_lock)
                return string.Join('\n', _lines);
        }
    }

    public void Add(string line)
    {
        lock (_lock)
            _lines.Add(line);
        if (ListeningLine().Match(line) is not { Success: true } match)
            return;
        var place = match.Groups[1].Value;
        _listening.Writer.TryWrite(place.StartsWith(UnixScheme, StringComparison.Ordinal)
            ? new UnixDomainSocketEndPoint(place[UnixScheme.Length..])
            : IPEndPoint.Parse(place));
    }

    /// <summary>Completes with where the server listens when it has said so of as many places. Once.</summary>
    public async Task<IReadOnlyList<EndPoint>> ListeningAsync(int count)
    {
        var places = new List<EndPoint>();
        while (places.Count < count)
            places.Add(await _listening.Reader.ReadAsync());
        return places;
    }

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

    [GeneratedRegex(@"listening on (unix:\S+|\S+:\d+)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex ListeningLine();

    [GeneratedRegex(
        @"^[\s\d:.TZ+-]*(fail|crit):|\[(Error|Critical)\]|Unhandled exception", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex ErrorLine();
}
