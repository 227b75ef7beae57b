using System.CommandLine;
using InternalChat.Client;

namespace InternalChat.Flood.Options;

/// <summary>What every scenario needs to know: the server, the accounts, where results go.</summary>
internal sealed record Target(ChatServerAddress Address, string AccountsPrefix, string Password, int? ServerPid, string? JsonFile);

/// <summary>The options for <see cref="Target"/>.</summary>
internal sealed class TargetOptions
{
    private readonly Option<ChatServerAddress> _target = new("--target")
    {
        HelpName = "HOST:PORT",
        Description = "The server",
        CustomParser = OptionParsers.Address,
        DefaultValueFactory = _ => new ChatServerAddress(),
    };

    private readonly Option<string> _prefix = new("--accounts-prefix")
    {
        HelpName = "NAME",
        Description = "First part of the names of the accounts; they are made where they are missing and used again",
        DefaultValueFactory = _ => "flood",
    };

    private readonly Option<string> _password = new("--password")
    {
        HelpName = "P",
        Description = "Password of all these accounts",
        DefaultValueFactory = _ => "flood-password",
    };

    private readonly Option<int?> _serverPid = new("--server-pid")
    {
        HelpName = "PID",
        Description = "Show CPU and memory of the server, which runs on this machine",
    };

    private readonly Option<string?> _json = new("--json") { HelpName = "FILE", Description = "Also write the results to this file" };

    internal void AddTo(Command command)
    {
        _prefix.Validators.Add(OptionParsers.ValidPrefix);
        _password.Validators.Add(OptionParsers.ValidPassword);
        _serverPid.Validators.Add(OptionParsers.RunningProcess);
        _json.Validators.Add(OptionParsers.FileInExistingDirectory);
        command.Add(_target);
        command.Add(_prefix);
        command.Add(_password);
        command.Add(_serverPid);
        command.Add(_json);
    }

    internal Target Read(ParseResult parsed) => new(
        parsed.GetRequiredValue(_target),
        parsed.GetRequiredValue(_prefix),
        parsed.GetRequiredValue(_password),
        parsed.GetValue(_serverPid),
        parsed.GetValue(_json));
}
