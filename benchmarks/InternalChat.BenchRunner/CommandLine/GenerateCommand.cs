using System.CommandLine;
using System.CommandLine.Parsing;
using System.Diagnostics;
using InternalChat.BenchRunner.Databases;

namespace InternalChat.BenchRunner.CommandLine;

/// <summary><c>generate</c>: a database of any size, to try things on.</summary>
internal static class GenerateCommand
{
    internal static Command Create(TextWriter output)
    {
        var file = new Argument<FileInfo>("FILE") { Description = "The new database" };
        var messages = new Option<int>("--messages")
        {
            HelpName = "N",
            Description = "Messages in it",
            DefaultValueFactory = _ => 10_000_000,
        };
        var conversations = new Option<int>("--conversations")
        {
            HelpName = "N",
            Description = "Conversations they are spread over",
            DefaultValueFactory = _ => 200_000,
        };
        var command = new Command("generate", $"A database full of messages; users user-0…, password {DatabaseGenerator.Password}")
        {
            file, messages, conversations,
        };
        messages.Validators.Add(IsAtLeast(0));
        conversations.Validators.Add(IsAtLeast(1));
        command.Validators.Add(result =>
        {
            if (result.GetValue(file) is { Exists: true } existing)
                result.AddError($"'{existing}' exists already");
        });
        command.SetAction((parsed, cancellationToken) =>
        {
            var started = Stopwatch.GetTimestamp();
            var count = parsed.GetValue(messages);
            DatabaseGenerator.Generate(parsed.GetRequiredValue(file).FullName, count, parsed.GetValue(conversations), cancellationToken);
            var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
            output.WriteLine($"{count:N0} messages in {seconds:0.0} s, {count / seconds:N0}/s");
            return Task.FromResult(0);
        });
        return command;
    }

    private static Action<OptionResult> IsAtLeast(int least) => result =>
    {
        if (result.Tokens is [var token] && !(int.TryParse(token.Value, out var value) && value >= least))
            result.AddError($"{result.Option.Name}: '{token.Value}' is not a whole number from {least} to {int.MaxValue}");
    };
}
