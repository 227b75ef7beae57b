using InternalChat.Engine.Operations;
using InternalChat.Engine.Sessions;
using InternalChat.Storage;

namespace InternalChat.Engine.Writing;

/// <summary>What the operations of the writer's batch need of the store.</summary>
/// <param name="batch">The operations.</param>
internal sealed class BatchKeys(Operation[] batch) : IBatchKeys
{
    public int Count { get; set; }

    public OperationKeys this[int index]
    {
        get
        {
            ref readonly var operation = ref batch[index];
            return operation.Kind switch
            {
                OperationKind.Message or OperationKind.Block or OperationKind.Unblock =>
                    new OperationKeys(operation.Session.AccountId, operation.Target.ToString(), 0),
                OperationKind.Read => new OperationKeys(operation.Session.AccountId, null, operation.Number),
                OperationKind.Login => Of((LoginRequest)operation.Payload!),
                OperationKind.Rehash => new OperationKeys(((RehashRequest)operation.Payload!).AccountId, null, 0),
                OperationKind.ChangeAccount => new OperationKeys(0, ((AccountChange)operation.Payload!).Name.ToString(), 0),
                _ => new OperationKeys(operation.Session.AccountId, null, 0),
            };
        }
    }

    private static OperationKeys Of(LoginRequest login) => new(login.AccountId, login.UserName.ToString(), 0);
}
