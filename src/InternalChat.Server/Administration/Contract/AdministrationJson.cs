using System.Text.Json.Serialization;

namespace InternalChat.Server.Administration.Contract;

/// <summary>
/// Everything that is said over the administration socket, written and read by code made at compile time: a native program has no
/// reflection. Names are snake case; they are added and never changed within <c>/v1</c>.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.Never)]
[JsonSerializable(typeof(ErrorReply))]
[JsonSerializable(typeof(ServerStatus))]
[JsonSerializable(typeof(SessionPage))]
[JsonSerializable(typeof(UserPage))]
[JsonSerializable(typeof(UserEntry))]
[JsonSerializable(typeof(NewUserRequest))]
[JsonSerializable(typeof(PasswordRequest))]
[JsonSerializable(typeof(UserDone))]
[JsonSerializable(typeof(ErasureReply))]
[JsonSerializable(typeof(UnlockReply))]
[JsonSerializable(typeof(AddressRequest))]
[JsonSerializable(typeof(NoticeRequest))]
[JsonSerializable(typeof(NoticeReply))]
[JsonSerializable(typeof(ReloadReply))]
[JsonSerializable(typeof(LogLevelMessage))]
[JsonSerializable(typeof(RetentionReply))]
[JsonSerializable(typeof(RetentionRequest))]
[JsonSerializable(typeof(BanRequest))]
[JsonSerializable(typeof(BanReply))]
[JsonSerializable(typeof(BanList))]
[JsonSerializable(typeof(DrainRequest))]
[JsonSerializable(typeof(DrainReply))]
[JsonSerializable(typeof(TopSample))]
internal sealed partial class AdministrationJson : JsonSerializerContext;
