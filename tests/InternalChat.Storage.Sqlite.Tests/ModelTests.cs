using System.Globalization;
using CsCheck;
using InternalChat.Storage.Sqlite.Maintenance;
using InternalChat.Storage.Sqlite.Options;

namespace InternalChat.Storage.Sqlite.Tests;

/// <summary>Random operations, among them rollbacks, crashes and restarts, against lists in memory.</summary>
public sealed class ModelTests
{
    private const int Users = 6;

    /// <summary>How many sequences of operations; the long form is some thousand.</summary>
    private static int Sequences => int.Parse(Environment.GetEnvironmentVariable("MODEL_SEQUENCES") ?? "30", CultureInfo.InvariantCulture);

    private enum Kind
    {
        Append,
        MarkRead,
        Block,
        Unblock,
        Deliver,
        Commit,
        Rollback,
        Maintain,
        Restart,
        Crash,
    }

    [Fact]
    public void Any_mix_of_operations_agrees_with_a_simple_model()
    {
        var kind = Gen.Frequency(
            (12, Gen.Const(Kind.Append)), (4, Gen.Const(Kind.MarkRead)), (2, Gen.Const(Kind.Block)), (1, Gen.Const(Kind.Unblock)),
            (3, Gen.Const(Kind.Deliver)), (5, Gen.Const(Kind.Commit)), (1, Gen.Const(Kind.Rollback)), (3, Gen.Const(Kind.Maintain)),
            (1, Gen.Const(Kind.Restart)), (1, Gen.Const(Kind.Crash)));
        var operation = Gen.Select(kind, Gen.Int[1, Users], Gen.Int[1, Users], Gen.Int[0, 60]);
        operation.Array[0, 120].Sample(
            operations =>
            {
                using var run = new Run();
                foreach (var (what, a, b, number) in operations)
                    run.Do(what, a, b, number);
                run.Do(Kind.Commit, 1, 1, 0);
                run.Check();
                return true;
            },
            iter: Sequences,
            threads: 1);
    }

    private sealed record Model
    {
        public List<(long Sender, long Recipient)> Messages { get; init; } = [];

        public HashSet<long> Read { get; init; } = [];

        public HashSet<(long Blocker, long Blocked)> Blocks { get; init; } = [];

        public Model Copy() => new() { Messages = [.. Messages], Read = [.. Read], Blocks = [.. Blocks] };
    }

    private sealed class Run : IDisposable
    {
        private readonly long[] _delivered = new long[Users + 1];
        private readonly long[] _deliveredOnDisk = new long[Users + 1];
        private TemporaryDatabase _chat = new(new DatabaseOptions { Path = "", CleanHeads = 4, RecentMessages = 8, CachedBlockLists = 2 });
        private Model _model = new();
        private Model _committed = new();

        public Run() => _chat.Register([.. Enumerable.Range(1, Users).Select(user => $"user{user}")]);

        public void Do(Kind kind, int a, int b, int number)
        {
            switch (kind)
            {
                case Kind.Append:
                    _model.Messages.Add((a, b));
                    Assert.Equal(_model.Messages.Count, _chat.Append(a, b, "x"u8, number));
                    break;
                case Kind.MarkRead:
                    MarkRead(number, a);
                    break;
                case Kind.Block when a != b:
                    _chat.Writer.Block(a, b, 0);
                    _model.Blocks.Add((a, b));
                    break;
                case Kind.Unblock:
                    _chat.Writer.Unblock(a, b);
                    _model.Blocks.Remove((a, b));
                    break;
                case Kind.Deliver:
                    _chat.Writer.SetDeliveredThrough(a, number);
                    _delivered[a] = Math.Max(_delivered[a], Math.Min(number, _committed.Messages.Count));
                    break;
                case Kind.Commit:
                    _chat.Commit();
                    _committed = _model.Copy();
                    break;
                case Kind.Rollback:
                    _chat.Writer.Rollback();
                    _model = _committed.Copy();
                    break;
                case Kind.Maintain:
                    Maintain(number);
                    break;
                case Kind.Restart:
                    _chat.Reopen();
                    _model = _committed.Copy();
                    break;
                case Kind.Crash:
                    Crash();
                    break;
                default:
                    // The engine lets nobody block oneself.
                    break;
            }

            Assert.Equal(_committed.Messages.Count, _chat.Database.LastMessageId);
            var lastForA = _model.Messages.FindLastIndex(message => message.Recipient == a) + 1;
            Assert.Equal(new Mailbox(lastForA, _delivered[a]), _chat.Writer.GetMailbox(a));
            Assert.Equal(_model.Blocks.Contains((a, b)), _chat.Writer.IsBlocked(a, b));
        }

        public void Check()
        {
            var reader = _chat.Reader();
            var ids = new long[200];
            for (var a = 1L; a <= Users; a++)
            {
                Assert.Equal(Ids(message => message.Recipient == a), TemporaryDatabase.Walk(reader, a, 0, long.MaxValue, 7));
                var contacts = new List<long>();
                for (var b = 1L; b <= Users; b++)
                {
                    var expected = Ids(message => message == (a, b) || message == (b, a)).Reverse().ToArray();
                    Assert.Equal(expected, ids[..reader.WalkConversation(a, b, ids)]);
                    if (expected.Length > 0)
                        contacts.Add(b);
                    if (a != b)
                        Assert.Equal(_model.Messages.Contains((a, b)) && _model.Messages.Contains((b, a)), reader.HaveBothWritten(a, b));
                }

                Assert.Equal(contacts, reader.ListContacts(a, after: 0, count: 100));
            }

            _chat.Close();
            var check = DatabaseCheck.Run(
                _chat.File, finding => Assert.Fail(finding), cancellation: TestContext.Current.CancellationToken);
            Assert.Equal(0, check.Findings);
        }

        public void Dispose() => _chat.Dispose();

        private void MarkRead(long id, long reader)
        {
            var expected = id < 1 || id > _model.Messages.Count ? ReadOutcome.UnknownMessage
                : _model.Messages[(int)id - 1].Recipient != reader ? ReadOutcome.Forbidden
                : _model.Read.Add(id) ? ReadOutcome.FirstTime
                : ReadOutcome.Again;
            Assert.Equal(expected, _chat.Writer.MarkRead(id, reader, 0, out var sender));
            Assert.Equal(expected == ReadOutcome.UnknownMessage ? 0 : _model.Messages[(int)id - 1].Sender, sender);
        }

        private void Maintain(int number)
        {
            _chat.Time.Advance(TimeSpan.FromSeconds(number));
            var idle = !_chat.Writer.IsInTransaction;
            for (var slice = 0; slice < 10; slice++)
                _chat.Writer.Maintain();
            if (idle && number > 5)
                _delivered.CopyTo(_deliveredOnDisk, 0);
        }

        private void Crash()
        {
            var crashed = _chat.Crash();
            _chat.Dispose();
            _chat = crashed;
            _model = _committed.Copy();

            // Marks of the last second may be lost, no others, and none is ahead of what was set.
            for (var user = 1; user <= Users; user++)
            {
                var delivered = _chat.Writer.GetMailbox(user).DeliveredThrough;
                Assert.InRange(delivered, _deliveredOnDisk[user], _delivered[user]);
                _delivered[user] = delivered;
            }
        }

        private IEnumerable<long> Ids(Func<(long Sender, long Recipient), bool> where) =>
            Enumerable.Range(1, _committed.Messages.Count).Where(id => where(_committed.Messages[id - 1])).Select(id => (long)id);
    }
}
