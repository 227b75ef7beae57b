using System.CommandLine;
using InternalChat.Flood.Connections;
using InternalChat.Flood.Ledgers;
using InternalChat.Flood.Measurement;
using InternalChat.Flood.Report;

namespace InternalChat.Flood.Options;

/// <summary><c>flood verify</c>: no load, but the question whether a server kept what it had acknowledged.</summary>
internal sealed class VerifyCommand(TextWriter output, TextWriter errors)
{
    private const string Description = """
        Proves that the server still has every acknowledged message of a ledger, for example after it was killed

        Logs in as each recipient in the ledger. What was pending arrives; every other message is asked for with READ, so
        it is marked as read and no longer pending. Run it before the next load: ids that were lost may be given again.
        """;

    private readonly Option<string> _ledger = new("--ledger")
    {
        HelpName = "FILE",
        Description = "What 'message --ledger FILE' has written",
        Required = true,
    };

    private readonly ConnectionOptions _connections = new();

    private readonly Option<string> _password = ScenarioOption.Password();

    internal Command Create()
    {
        _ledger.Validators.Add(OptionParsers.ExistingFile);
        var command = new Command("verify", Description) { _ledger, _password };
        _connections.AddTo(command);
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var file = parsed.GetRequiredValue(_ledger);
        try
        {
            var ledger = Ledger.Read(file);
            var target = new Target(_connections.Read(parsed), AccountsPrefix: "", parsed.GetRequiredValue(_password));
            return Report(ledger, await VerifyAsync(ledger, target, cancellationToken)) ? ExitStatus.Success : ExitStatus.Failure;
        }
        catch (LedgerFormatException exception)
        {
            await errors.WriteLineAsync($"flood: '{ReportText.Plain(file)}' {exception.Message}");
            return ExitStatus.Usage;
        }
        catch (OperationCanceledException)
        {
            await errors.WriteLineAsync("flood: ended before all was verified");
        }

        return ExitStatus.Failure;
    }

    private static async Task<LedgerVerdict> VerifyAsync(Ledger ledger, Target target, CancellationToken cancellationToken)
    {
        using var clock = new RunClock(TimeSpan.Zero, TimeSpan.Zero);
        await using var connections = new ConnectionFactory(target, clock, new RunLatencies(clock), new ErrorTally());
        if (ledger.AcknowledgedCount > 0)
            await connections.ProbeAsync(cancellationToken);
        return await new LedgerVerification(ledger, connections).RunAsync(cancellationToken);
    }

    private bool Report(Ledger ledger, LedgerVerdict verdict)
    {
        const int Shown = 20;
        output.WriteLine($"ledger     {ledger.AcknowledgedCount:N0} acknowledged for {ledger.Acknowledged.Count:N0} recipients, "
            + $"{ledger.Received.Count:N0} received");
        if (ledger.IsTorn)
            output.WriteLine("note       the last line has no end and is ignored");
        output.WriteLine($"found      {verdict.Pending:N0} pending at login, {verdict.Stored:N0} with READ");
        if (verdict.Unseen > 0)
            output.WriteLine($"note       {verdict.Unseen:N0} of these are stored, but had not been seen by their recipients");
        output.WriteLine($"proof      {verdict.Lost.Count:N0} lost, {ledger.GivenTwice:N0} ids given twice");
        foreach (var message in verdict.Lost.Take(Shown))
            output.WriteLine($"lost       {message.Id} from {message.Sender} to {message.Recipient}");
        if (verdict.Lost.Count > Shown)
            output.WriteLine($"lost       and {verdict.Lost.Count - Shown:N0} more");
        foreach (var (code, count) in verdict.Refusals)
            output.WriteLine($"error      {count:N0} × {code}: not known whether these are stored");
        if (ledger.AcknowledgedCount == 0)
            output.WriteLine("failure    nothing acknowledged: this ledger proves nothing");
        var isClean = ledger is { AcknowledgedCount: > 0, GivenTwice: 0 } && verdict is { Lost.Count: 0, Refusals.Count: 0 };
        output.WriteLine(isClean ? "result     clean" : "result     FAILED");
        return isClean;
    }
}
