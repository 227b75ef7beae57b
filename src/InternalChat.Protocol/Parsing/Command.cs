namespace InternalChat.Protocol.Parsing;

/// <summary>The commands a client can send.</summary>
public enum CommandVerb
{
    /// <summary>No command: what was parsed is not one.</summary>
    None,

    /// <summary><c>HELLO &lt;version&gt;</c></summary>
    Hello,

    /// <summary><c>AUTH &lt;username&gt; &lt;password&gt;</c></summary>
    Auth,

    /// <summary><c>MSG &lt;user&gt; &lt;body&gt;</c></summary>
    Msg,

    /// <summary><c>LIST</c></summary>
    List,

    /// <summary><c>HISTORY &lt;user&gt; [limit]</c></summary>
    History,

    /// <summary><c>READ &lt;id&gt;</c></summary>
    Read,

    /// <summary><c>BLOCK &lt;user&gt;</c></summary>
    Block,

    /// <summary><c>UNBLOCK &lt;user&gt;</c></summary>
    Unblock,

    /// <summary><c>PING</c></summary>
    Ping,

    /// <summary><c>QUIT</c></summary>
    Quit,
}

/// <summary>
/// One parsed line. It points into the receive buffer: the compiler forbids keeping it across an await, which is what keeps the
/// read path free of copies.
/// </summary>
public readonly ref struct Command
{
    internal Command(CommandVerb verb, ReadOnlySpan<byte> first = default, ReadOnlySpan<byte> second = default, long number = 0)
    {
        Verb = verb;
        First = first;
        Second = second;
        Number = number;
    }

    /// <summary>Which command it is.</summary>
    public CommandVerb Verb { get; }

    /// <summary>The first argument: a version, a user name that was not checked, or an id as it was written.</summary>
    public ReadOnlySpan<byte> First { get; }

    /// <summary>The second argument: AUTH's password or MSG's body, byte for byte.</summary>
    public ReadOnlySpan<byte> Second { get; }

    /// <summary>
    /// READ's id or HISTORY's limit (20 where none was given): 0 to <see cref="long.MaxValue"/>; a larger number is
    /// <see cref="long.MaxValue"/>.
    /// </summary>
    public long Number { get; }
}
