using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Filters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using InternalChat.Benchmarks;
using InternalChat.Benchmarks.IdleSessions;

if (args is [IdleSessionsCommand.Name, .. var sessionArguments])
    return await IdleSessionsCommand.RunAsync(sessionArguments);
if (args is [LiveHeap.ListCommand, var processId])
    return LiveHeap.List(processId);

// A short job unless the command line names one: enough to see a change of a tenth, in seconds and not minutes a benchmark.
var namesJob = args.Any(argument => argument is "-j" or "--job");
var asksOnly = args.Any(argument => argument is "--list" or "--help" or "--version" or "--info");

var config = DefaultConfig.Instance.AddDiagnoser(MemoryDiagnoser.Default);
if (!namesJob)
    config = config.AddJob(Job.ShortRun);

// What needs a log of millions of rows builds it first: it runs only if a category is asked for by name.
if (!args.Any(argument => argument is "--anyCategories" or "--allCategories"))
    config = config.AddFilter(new SimpleFilter(benchmark => !benchmark.Descriptor.HasCategory(Categories.Large)));

var summaries = BenchmarkSwitcher.FromAssembly(typeof(Categories).Assembly).Run(args, config).ToList();
var succeeded = summaries.Count > 0 && summaries.All(summary =>
    !summary.HasCriticalValidationErrors && summary.Reports.Length > 0 && summary.Reports.All(report => report.Success));
return succeeded || asksOnly ? 0 : 1;
