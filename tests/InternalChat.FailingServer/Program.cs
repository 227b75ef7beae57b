using System.CommandLine;
using InternalChat.FailingServer;
using InternalChat.Server;
using InternalChat.Server.CommandLine;

// The server as it is, with a clock that fails on one of its threads: what comes of a failure that nobody foresaw, where no test could
// cause one from outside.
var command = new RootCommand();
var settings = SettingOptions.AddTo(command);
var clock = new ClockThatFails(Required("FAIL_WHEN_EXISTS"), Required("FAIL_ON_THREAD"), Required("FAIL_AFTER_WRITE_TO"));
return await ServerProgram.RunAsync(settings.Read(command.Parse(args)), clock);

static string Required(string variable) =>
    Environment.GetEnvironmentVariable(variable) ?? throw new InvalidOperationException($"{variable} is not set.");
