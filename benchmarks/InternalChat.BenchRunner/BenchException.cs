namespace InternalChat.BenchRunner;

/// <summary>Something that the person who runs the benchmarks has to know, in one line. Exit status 1.</summary>
internal class BenchException(string message) : Exception(message);

/// <summary>What was asked for makes no sense, in one line. Exit status 2.</summary>
internal sealed class UsageException(string message) : BenchException(message);
