using System.CommandLine;
using InternalChat.Client;
using InternalChat.Flood.Measurement;
using InternalChat.Flood.Report;
using InternalChat.Flood.Scenarios.Message;
using InternalChat.Protocol;

namespace InternalChat.Flood.Options;

/// <summary><c>flood message</c>: pairs of clients, one of each sends to the other.</summary>
internal sealed class MessageCommand
{
    private const int MaxPairs = 20_000;

    private readonly TargetOptions _target = new();
    private readonly Option<int> _pairs = Number("--pairs", 50, 1, MaxPairs, "Pairs of a sender and a recipient");
    private readonly Option<int> _bodyBytes =
        Number("--body-bytes", 100, MessageBody.MinBytes, WireLimits.MaxBodyBytes, "Length of each body, in bytes");

    private readonly Option<int> _window =
        Number("--window", 64, 1, 4_096, "Closed loop: messages of one sender that wait for their answer at a time");

    private readonly Option<double?> _rate = new("--rate")
    {
        HelpName = "N",
        Description = "Open loop instead: messages a second over all pairs, latency from the time when each was due",
    };

    private readonly Option<TimeSpan> _duration = Duration("--duration", TimeSpan.FromSeconds(10), "Measured time");
    private readonly Option<TimeSpan> _warmup = Duration("--warmup", TimeSpan.FromSeconds(1), "Load before that, which is not measured");
    private readonly Option<bool> _readReceipts = new("--read-receipts") { Description = "Recipients answer each message with READ" };

    internal static Command Create(TextWriter output, TextWriter errors)
    {
        var options = new MessageCommand();
        var command = new Command("message", "Pairs of clients that send at full speed (closed loop) or at a rate (open loop)")
        {
            options._pairs, options._bodyBytes, options._window, options._rate, options._duration, options._warmup, options._readReceipts,
        };
        options._rate.Validators.Add(OptionParsers.PositiveRate);
        options._target.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetResult(options._rate) is { Implicit: false } && result.GetResult(options._window) is { Implicit: false })
                result.AddError("--window is for the closed loop, --rate for the open one: only one of them");
        });
        command.SetAction((parsed, cancellationToken) => RunAsync(options.Read(parsed), output, errors, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(
        MessageOptions options, TextWriter output, TextWriter errors, CancellationToken cancellationToken)
    {
        try
        {
            var report = await new MessageScenario(options, errors).RunAsync(cancellationToken);
            ConsoleReport.Write(report, output);
            if (options.Target.JsonFile is { } file)
                await JsonReport.WriteAsync(report, file);
            return report.IsClean ? ExitStatus.Success : ExitStatus.Failure;
        }
        catch (OperationCanceledException)
        {
            await errors.WriteLineAsync("InternalChat.Flood: ended before the load began");
        }
        catch (Exception exception) when (exception is ChatException or IOException or UnauthorizedAccessException)
        {
            await errors.WriteLineAsync($"InternalChat.Flood: {exception.Message}");
        }

        return ExitStatus.Failure;
    }

    private MessageOptions Read(ParseResult parsed) => new()
    {
        Target = _target.Read(parsed),
        Pairs = parsed.GetValue(_pairs),
        BodyBytes = parsed.GetValue(_bodyBytes),
        Window = parsed.GetValue(_window),
        MessagesPerSecond = parsed.GetValue(_rate),
        Duration = parsed.GetValue(_duration),
        Warmup = parsed.GetValue(_warmup),
        ReadReceipts = parsed.GetValue(_readReceipts),
    };

    private static Option<int> Number(string name, int value, int min, int max, string description)
    {
        var option = new Option<int>(name) { HelpName = "N", Description = description, DefaultValueFactory = _ => value };
        option.Validators.Add(OptionParsers.Between(min, max));
        return option;
    }

    private static Option<TimeSpan> Duration(string name, TimeSpan value, string description) => new(name)
    {
        HelpName = "TIME",
        Description = description,
        CustomParser = OptionParsers.Duration,
        DefaultValueFactory = _ => value,
    };
}
