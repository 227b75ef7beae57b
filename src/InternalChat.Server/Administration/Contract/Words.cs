using InternalChat.Engine;
using InternalChat.Engine.Administration;
using InternalChat.Storage;

namespace InternalChat.Server.Administration.Contract;

/// <summary>The words of states, which stay when our own names for them change.</summary>
internal static class Words
{
    public static string Of(EngineState state) => state switch
    {
        EngineState.Serving => "serving",
        EngineState.Draining => "draining",
        _ => "stopping",
    };

    public static string Of(SessionState state) => state switch
    {
        SessionState.Live => "live",
        SessionState.CatchingUp => "catching_up",
        _ => "closing",
    };

    public static string Of(AccountStatus status) => status switch
    {
        AccountStatus.Active => "active",
        AccountStatus.Suspended => "suspended",
        _ => "deleted",
    };
}
