using System.CommandLine;
using System.CommandLine.Parsing;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using InternalChat.Client;
using InternalChat.Flood.Measurement;
using InternalChat.Protocol;

namespace InternalChat.Flood.Options;

/// <summary>From words of the command line to values, or to a sentence that says what is wrong.</summary>
internal static class OptionParsers
{
    // What scenarios add to a prefix: "-s-00001".
    private const int LongestSuffix = 8;

    // Each has latencies of its own.
    private const int MaxStages = 100;

    // About one in three hours: with a day as the longest time, whatever is slower is a mistake.
    private const double MinRate = 0.0001;
    private const int MaxRate = 10_000_000;

    // What timers take.
    private static readonly TimeSpan MaxStagesTogether = TimeSpan.FromDays(30);

    /// <summary>One <c>HOST:PORT</c> or <c>unix:PATH</c> for each word.</summary>
    internal static ChatServerAddress[] Servers(ArgumentResult result)
    {
        var addresses = new List<ChatServerAddress>();
        foreach (var token in result.Tokens)
        {
            var text = token.Value;
            var colon = text.LastIndexOf(':');
            if (new ChatServerAddress { Host = text } is { UnixSocketPath.Length: > 0 } socket)
            {
                addresses.Add(socket);
            }
            else if (colon > 0 && int.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port)
                && port is > 0 and <= 65_535 && text[..colon].Trim('[', ']') is var host && IsHost(host))
            {
                addresses.Add(new ChatServerAddress { Host = host, Port = port });
            }
            else
            {
                result.AddError($"--target: '{text}' is no HOST:PORT and no unix:PATH");
            }
        }

        return [.. addresses];
    }

    /// <summary>IP addresses with commas between.</summary>
    internal static IPAddress[] IPAddresses(ArgumentResult result)
    {
        var addresses = new List<IPAddress>();
        foreach (var text in result.Tokens[0].Value.Split(','))
        {
            if (IPAddress.TryParse(text, out var address))
                addresses.Add(address);
            else
                result.AddError($"--source-addresses: '{text}' is no IP address");
        }

        return [.. addresses];
    }

    /// <summary>The certificates of a PEM file.</summary>
    internal static TlsSettings? TrustedCertificates(ArgumentResult result)
    {
        var file = result.Tokens[0].Value;
        try
        {
            if (File.Exists(file))
                return TlsSettings.TrustFile(file);
            result.AddError($"--ca-cert: there is no file '{file}'");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            result.AddError($"--ca-cert: {exception.Message}");
        }

        return null;
    }

    /// <summary>A number and <c>ms</c>, <c>s</c>, <c>m</c> or <c>h</c>.</summary>
    internal static Duration Time(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (!Duration.TryParse(text, out var duration))
        {
            result.AddError(
                $"{(result.Parent as OptionResult)?.Option.Name}: '{text}' is no duration of at most a day, "
                    + "such as 500ms, 10s, 2m or 1h");
        }

        return duration;
    }

    /// <summary><c>DURATION:RATE</c> with commas between.</summary>
    internal static RateStage[] Stages(ArgumentResult result)
    {
        var stages = new List<RateStage>();
        foreach (var text in result.Tokens[0].Value.Split(','))
        {
            if (text.Split(':') is [var time, var number] && Duration.TryParse(time, out var duration) && duration > TimeSpan.Zero
                && TryRate(number, out var rate))
            {
                stages.Add(new RateStage(duration, rate));
            }
            else
            {
                result.AddError($"--stages: '{text}' is no DURATION:RATE, such as 30s:1000");
            }
        }

        if (stages.Count > MaxStages)
            result.AddError($"--stages: {stages.Count} are more than {MaxStages}");
        else if (stages.Aggregate(TimeSpan.Zero, (sum, stage) => sum + stage.Duration) > MaxStagesTogether)
            result.AddError($"--stages: together they last more than {MaxStagesTogether.TotalDays} days");
        return [.. stages];
    }

    internal static Action<OptionResult> Between(int min, int max) => result =>
    {
        if (result.Tokens is [var token] && (!int.TryParse(token.Value, out var value) || value < min || value > max))
            result.AddError($"{result.Option.Name}: '{token.Value}' is not within {min} to {max}");
    };

    internal static void PositiveRate(OptionResult result)
    {
        if (result.Tokens is [var token] && !TryRate(token.Value, out _))
            result.AddError($"{result.Option.Name}: '{token.Value}' is no rate: at least {MinRate}, at most {MaxRate} a second");
    }

    /// <param name="min">The shortest that is accepted.</param>
    /// <param name="orNone">Whether zero is too.</param>
    internal static Action<OptionResult> AtLeast(Duration min, bool orNone = false) => result =>
    {
        if (result.Tokens is [var token] && Duration.TryParse(token.Value, out var time) && time.Value < min.Value
            && !(orNone && time.Value == TimeSpan.Zero))
        {
            result.AddError($"{result.Option.Name}: '{token.Value}' is less than {min}");
        }
    };

    internal static Action<OptionResult> OneOf(IReadOnlyList<string> words) => result =>
    {
        if (result.Tokens is [var token] && !words.Contains(token.Value))
            result.AddError($"{result.Option.Name}: '{token.Value}' is none of {string.Join(", ", words)}");
    };

    internal static Action<OptionResult> Between(double min, double max) => result =>
    {
        if (result.Tokens is [var token]
            && !(double.TryParse(token.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
                && value >= min && value <= max))
        {
            result.AddError($"{result.Option.Name}: '{token.Value}' is not within {min} to {max}");
        }
    };

    internal static void ValidPrefix(OptionResult result)
    {
        if (result.Tokens is [var token]
            && !(UserName.TryParse(token.Value + "-s-", out _) && token.Value.Length <= WireLimits.MaxUserNameBytes - LongestSuffix))
        {
            result.AddError(
                $"--accounts-prefix: '{token.Value}' is not 1 to {WireLimits.MaxUserNameBytes - LongestSuffix} of A-Z a-z 0-9 _ . -");
        }
    }

    internal static void ValidPassword(OptionResult result)
    {
        if (result.Tokens is [var token] && PasswordRule.Refuse(token.Value) is { } refusal)
            result.AddError($"--password: {refusal}");
    }

    internal static void RunningProcess(OptionResult result)
    {
        if (result.Tokens is not [var token])
            return;
        try
        {
            if (int.TryParse(token.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id > 0)
            {
                using var process = Process.GetProcessById(id);
                return;
            }
        }
        catch (ArgumentException)
        {
            // There is none.
        }

        result.AddError($"--server-pid: there is no process '{token.Value}'");
    }

    internal static void ExistingFile(OptionResult result)
    {
        if (result.Tokens is [var token] && !File.Exists(token.Value))
            result.AddError($"{result.Option.Name}: there is no file '{token.Value}'");
    }

    /// <summary>So that nobody finds out after a long run. A file that is not there is made for a moment.</summary>
    internal static void WritableFile(OptionResult result)
    {
        if (result.Tokens is [var token] && WhyNotWritable(token.Value) is { } problem)
            result.AddError($"{result.Option.Name}: {problem}");
    }

    /// <summary>Whether it is given, and with another word than the help shows as its default.</summary>
    internal static bool IsSet(this SymbolResult result, Option option) =>
        result.GetResult(option) is { Implicit: false, Tokens: [var token, ..] } && token.Value != option.GetDefaultValue()?.ToString();

    /// <returns>Null where nothing stands against it.</returns>
    private static string? WhyNotWritable(string file)
    {
        if (file.Length == 0 || Directory.Exists(file))
            return $"'{file}' is no file";
        if (!Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(file))))
            return $"the directory of '{file}' does not exist";
        try
        {
            // What is there may be a pipe, which must not be opened twice.
            if (File.Exists(file))
                return File.GetAttributes(file).HasFlag(FileAttributes.ReadOnly) ? $"'{file}' may not be written" : null;
            new FileStream(file, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose).Dispose();
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return $"'{file}' cannot be made: {exception.Message}";
        }
    }

    private static bool IsHost(string text) =>
        IPAddress.TryParse(text, out _) || Uri.CheckHostName(text) == UriHostNameType.Dns;

    private static bool TryRate(string text, out double rate) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out rate) && rate is >= MinRate and <= MaxRate;
}
