using System.Globalization;
using System.Runtime.CompilerServices;
using InternalChat.Simulation.Tests.Clients;
using InternalChat.Simulation.Tests.Network;
using InternalChat.Simulation.Tests.Rules;
using InternalChat.Simulation.Tests.Stores;

namespace InternalChat.Simulation.Tests;

/// <summary>A run as its clients, its operator and its rules see it.</summary>
internal interface ISimulation
{
    SeedPlan Plan { get; }

    Random Random { get; }

    /// <summary>The peers' clock.</summary>
    TimeProvider Time { get; }

    IReadOnlyList<User> Users { get; }

    /// <summary>Every message that was ever sent, by its number.</summary>
    List<MessageCommand> Messages { get; }

    /// <summary>Which message of the run has this body; null if none has.</summary>
    MessageCommand? MessageOf(string body)
    {
        var end = body.IndexOf(' ', StringComparison.Ordinal);
        return int.TryParse(body.AsSpan(0, Math.Max(end, 0)), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number < Messages.Count && Messages[number].Body == body
            ? Messages[number]
            : null;
    }

    /// <summary>What is on the disk.</summary>
    Tables Committed { get; }

    /// <summary>Which process of the server runs: 1 is the first.</summary>
    int Process { get; }

    /// <summary>Nothing goes wrong any more, and everybody comes to an end.</summary>
    bool IsHealed { get; }

    /// <summary>Whether anybody wants to read what happens.</summary>
    bool IsTraced { get; }

    /// <summary>The present, which is after everything before.</summary>
    Moment NextMoment();

    /// <summary>When the newest session of a user began in the store that had begun by then.</summary>
    Moment Entered(User user, Moment by);

    bool Chance(double probability);

    /// <summary>Opens a connection to the server that runs.</summary>
    SimulatedConnection Connect(IPeer peer);

    /// <summary>Has the rules hear of something.</summary>
    void Tell(Action<Rule> what);

    /// <summary>A rule is broken: the run ends.</summary>
    void Fail(string rule, string what);

    void Trace([InterpolatedStringHandlerArgument("")] TraceLine line);
}
