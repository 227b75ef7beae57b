using InternalChat.Engine.Operations;
using InternalChat.Engine.Sessions;
using InternalChat.Engine.Tests.Harness;
using InternalChat.Engine.Writing;
using InternalChat.Protocol;
using InternalChat.Storage;

namespace InternalChat.Engine.Tests;

public sealed class WaitingOperationsTests
{
    private const int Alice = 1;
    private const int Bob = 2;

    private readonly WaitingOperations _waiting = new();
    private readonly Session _alice = Idle.LoggedIn(new UserSessions(Alice, UserName.Parse("alice")));
    private readonly Session _bob = Idle.LoggedIn(new UserSessions(Bob, UserName.Parse("bob")));

    [Fact]
    public void If_nothing_waits_the_batch_is_left_as_it_is()
    {
        var batch = new[] { Read(_alice, 1), Read(_bob, 2) };
        Assert.Equal(2, _waiting.TakeFrom(batch, []));
        Assert.Equal([1, 2], Numbers(batch));
        Assert.False(_waiting.Any);
    }

    [Fact]
    public void What_a_session_has_behind_an_operation_that_waits_waits_too_and_others_move_up()
    {
        var batch = new[] { Read(_alice, 1), Read(_bob, 2), Read(_alice, 3), Read(_bob, 4), Read(_alice, 5) };
        Assert.Equal(3, _waiting.TakeFrom(batch, Waits(2)));
        Assert.Equal([1, 2, 4], Numbers(batch.AsSpan(0, 3)));
        Assert.Equal([3, 5], Next());
    }

    [Fact]
    public void Operations_that_wait_are_the_first_of_the_next_batch_in_their_order()
    {
        var batch = new[] { Read(_alice, 1), Read(_bob, 2), Read(_alice, 3), Read(_bob, 4) };
        Assert.Equal(0, _waiting.TakeFrom(batch, Waits(0, 1)));
        Assert.True(_waiting.Any);
        var next = new Operation[8];
        var count = _waiting.MoveTo(next);
        Assert.Equal([1, 2, 3, 4], Numbers(next.AsSpan(0, count)));
        Assert.False(_waiting.Any);
        Assert.Equal(0, _waiting.MoveTo(next));
    }

    [Fact]
    public void An_operation_that_was_put_off_twice_keeps_its_place_before_newer_ones_of_its_session()
    {
        Assert.Equal(0, _waiting.TakeFrom(new[] { Read(_alice, 1), Read(_alice, 2) }, Waits(0)));
        var batch = new Operation[3];
        Assert.Equal(2, _waiting.MoveTo(batch));
        batch[2] = Read(_alice, 3);
        Assert.Equal(0, _waiting.TakeFrom(batch, Waits(0)));
        Assert.Equal([1, 2, 3], Next());
    }

    [Fact]
    public void A_session_waits_only_as_long_as_an_operation_of_its_own_does()
    {
        Assert.Equal(0, _waiting.TakeFrom(new[] { Read(_alice, 1) }, Waits(0)));
        var batch = new Operation[2];
        _waiting.MoveTo(batch);
        batch[1] = Read(_alice, 2);
        Assert.Equal(2, _waiting.TakeFrom(batch, []));
        Assert.Equal([1, 2], Numbers(batch));
        Assert.False(_waiting.Any);
    }

    [Fact]
    public void An_operators_operation_holds_up_nobody_and_is_held_up_by_nobody()
    {
        var suspend = new AccountChange(AccountChangeKind.Suspend, UserName.Parse("alice"));
        var resume = new AccountChange(AccountChangeKind.Resume, UserName.Parse("bob"));
        var batch = new[] { Operator(suspend), Read(_alice, 1), Operator(resume), Read(_alice, 2), Read(_bob, 3) };
        Assert.Equal(2, _waiting.TakeFrom(batch, Waits(0, 1)));
        Assert.Same(resume, batch[0].Payload);
        Assert.Equal(3, batch[1].Number);
        var next = new Operation[4];
        Assert.Equal(3, _waiting.MoveTo(next));
        Assert.Same(suspend, next[0].Payload);
        Assert.Equal([1, 2], Numbers(next.AsSpan(1, 2)));
    }

    [Fact]
    public void A_whole_batch_may_wait_and_leaves_nothing_behind()
    {
        var batch = new[] { Read(_alice, 1), Read(_bob, 2), Read(_alice, 3) };
        Assert.Equal(0, _waiting.TakeFrom(batch, Waits(0, 1, 2)));
        Assert.All(batch, static operation => Assert.Equal(default, operation.Number));
        Assert.Equal([1, 2, 3], Next());
    }

    [Fact]
    public void The_keys_of_an_operation_are_whose_it_is_the_other_users_name_and_the_message()
    {
        var bob = UserName.Parse("bob");
        Operation[] batch =
        [
            new() { Kind = OperationKind.Message, Session = _alice, Target = bob },
            new() { Kind = OperationKind.Block, Session = _alice, Target = bob },
            new() { Kind = OperationKind.Unblock, Session = _alice, Target = bob },
            Read(_bob, 77),
            new() { Kind = OperationKind.Login, Session = _alice, Payload = new LoginRequest(bob, Bob, null) },
            new() { Kind = OperationKind.Login, Session = _alice, Payload = new LoginRequest(bob, 0, "hash") },
            new() { Kind = OperationKind.Rehash, Session = _alice, Payload = new RehashRequest(Bob, "hash", 0) },
            new() { Kind = OperationKind.Acknowledged, Session = _bob, Number = 5 },
            new() { Kind = OperationKind.HandedOver, Session = _bob },
            new() { Kind = OperationKind.Logout, Session = _bob, Number = 5 },
            Operator(new AccountChange(AccountChangeKind.Delete, bob)),
        ];
        OperationKeys[] expected =
        [
            new(Alice, "bob", 0), new(Alice, "bob", 0), new(Alice, "bob", 0), new(Bob, null, 77), new(Bob, "bob", 0), new(0, "bob", 0),
            new(Bob, null, 0), new(Bob, null, 0), new(Bob, null, 0), new(Bob, null, 0), new(0, "bob", 0),
        ];
        var keys = new BatchKeys(batch) { Count = batch.Length };
        Assert.Equal(expected, Enumerable.Range(0, keys.Count).Select(index => keys[index]));
        var covered = batch.Select(static operation => operation.Kind).Distinct();
        Assert.Equal(Enum.GetValues<OperationKind>().Order(), covered.Order());
    }

    private static Operation Read(Session session, long number) =>
        new() { Kind = OperationKind.Read, Session = session, Number = number };

    private static Operation Operator(AccountChange change) => new() { Kind = OperationKind.ChangeAccount, Payload = change };

    private static WaitingOperation[] Waits(params int[] indexes) =>
        [.. indexes.Select(static index => new WaitingOperation(index, "The test says so."))];

    private static IEnumerable<long> Numbers(ReadOnlySpan<Operation> operations) =>
        operations.ToArray().Select(static operation => operation.Number);

    private IEnumerable<long> Next()
    {
        var next = new Operation[16];
        return Numbers(next.AsSpan(0, _waiting.MoveTo(next)));
    }
}
