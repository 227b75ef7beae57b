namespace InternalChat.Simulation.Tests.Clients;

/// <summary>Somebody who chats; what is true of the account is said here as the operator and the user know it.</summary>
internal sealed class User(string name, int index)
{
    public string Name => name;

    /// <summary>Its place among the users of the run.</summary>
    public int Index => index;

    /// <summary>The password that the operator has wanted last, or the first one.</summary>
    public string Password { get; private set; } = "first-password";

    public string EarlierPassword { get; private set; } = "first-password";

    /// <summary>Somebody has logged in with this name.</summary>
    public bool IsRegistered { get; set; }

    /// <summary>The operator has deleted it, or has tried to.</summary>
    public bool IsDeleted { get; set; }

    public void SetPassword(string password) => (EarlierPassword, Password) = (Password, password);

    public override string ToString() => name;
}
