using System.Globalization;

namespace InternalChat.Simulation.Tests.Clients;

/// <summary>The words of a server's line, taken apart a second time so that the product's own parser is not its judge.</summary>
/// <param name="line">Without its end.</param>
/// <param name="madeAfter">The server made the line after this.</param>
/// <param name="madeBy">And before this.</param>
internal readonly struct Frame(string line, Moment madeAfter, Moment madeBy)
{
    public string Line => line;

    public Moment MadeAfter => madeAfter;

    public Moment MadeBy => madeBy;

    public bool IsFrom => Begins("FROM ");

    public bool IsDelivered => Begins("DELIVERED ");

    public bool IsReceipt => Begins("READ ");

    public bool IsPresence => Begins("INFO user_");

    public bool IsError => Begins("ERROR ");

    public bool IsShutdown => line == "INFO server_shutdown";

    public bool IsNotice => Begins("INFO notice ");

    /// <summary>A line that no command asks for; DELIVERED may be one or not.</summary>
    public bool IsAlwaysPushed => IsFrom || IsReceipt || IsPresence || IsShutdown || IsNotice;

    /// <summary>FROM, DELIVERED and READ have it second, others third.</summary>
    public long Id => long.Parse(Word(Begins("OK ") || Begins("INFO ") ? 2 : 1), NumberStyles.None, CultureInfo.InvariantCulture);

    /// <summary>Who a FROM, a receipt or a line of presence is about.</summary>
    public string Name => Word(2);

    public bool IsOnline => Begins("INFO user_online ");

    public string ErrorCode => Word(1);

    /// <summary>The body of FROM or INFO history.</summary>
    public string Body => line.Split(' ', IsFrom ? 5 : 6)[^1];

    private string Word(int index) => line.Split(' ', index + 2)[index];

    private bool Begins(string prefix) => line.StartsWith(prefix, StringComparison.Ordinal);
}
