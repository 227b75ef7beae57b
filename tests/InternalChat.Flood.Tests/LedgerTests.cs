using System.Text;
using InternalChat.Flood.Ledgers;
using Xunit;

namespace InternalChat.Flood.Tests;

public sealed class LedgerTests
{
    private static readonly byte[] Alice = "alice"u8.ToArray();
    private static readonly byte[] Bob = "bob"u8.ToArray();

    [Fact]
    public async Task Has_every_line_that_several_threads_wrote()
    {
        using var file = new MemoryStream();
        using (var writer = new LedgerWriter(file, Assert.Fail))
        {
            await Task.WhenAll(Enumerable.Range(0, 4).Select(thread => Task.Run(() =>
            {
                for (var id = (thread * 10_000) + 1; id <= (thread + 1) * 10_000; id++)
                {
                    writer.Acknowledge(id, Alice, Bob);
                    writer.Receive(id, Bob);
                }
            })));
        }

        var ledger = Read(file.ToArray());
        Assert.Equal((40_000, 40_000, 0, false), (ledger.AcknowledgedCount, ledger.Received.Count, ledger.GivenTwice, ledger.IsTorn));
        Assert.Equal(
            Enumerable.Range(1, 40_000).Select(id => new AcknowledgedMessage(id, "alice")),
            ledger.Acknowledged["bob"].OrderBy(message => message.Id));
    }

    [Fact]
    public async Task Writes_a_single_line_without_waiting_for_more()
    {
        using var file = new SignallingStream();
        using var writer = new LedgerWriter(file, Assert.Fail);
        writer.Acknowledge(long.MaxValue, Alice, Bob);
        Assert.Equal("A 9223372036854775807 alice bob\n", await file.Written);
    }

    [Fact]
    public async Task Tells_once_that_the_file_takes_no_more()
    {
        var failures = new List<string>();
        using (var file = new SignallingStream { IsFull = true })
        using (var writer = new LedgerWriter(file, failures.Add))
        {
            writer.Receive(1, Bob);
            await file.Written;
            writer.Receive(2, Bob);
        }

        Assert.Equal(["the ledger cannot be written: full"], failures);
    }

    [Theory]
    [InlineData("A 1 alice bob\nR 1 bob\nA 2 alice bo")]
    [InlineData("A 1 alice bob\nR 1 bob\nA 2 alice bob")]
    [InlineData("A 1 alice bob\nR 1 bob\nR")]
    public void Leaves_a_last_line_without_an_end_out(string text)
    {
        var ledger = Read(Encoding.ASCII.GetBytes(text));
        Assert.Equal((1, 1, true), (ledger.AcknowledgedCount, ledger.Received.Count, ledger.IsTorn));
    }

    [Fact]
    public void Knows_an_id_that_was_given_twice() =>
        Assert.Equal(1, Read("A 1 alice bob\nA 1 alice carol\n"u8.ToArray()).GivenTwice);

    [Theory]
    [InlineData("{ \"scenario\": \"message\" }\n", 1)]
    [InlineData("\0\u0001\u0002", 1)]
    [InlineData("A 1 alice bob\nA 2 alice\n", 2)]
    [InlineData("A 1 alice bob\n\nA 2 alice bob\n", 2)]
    [InlineData("A -1 alice bob\n", 1)]
    [InlineData("A 1 alice b/b\n", 1)]
    [InlineData("R 1 alice bob\n", 1)]
    [InlineData("R 99999999999999999999 bob\n", 1)]
    public void Says_where_another_file_is_no_ledger(string text, int line)
    {
        var exception = Assert.Throws<LedgerFormatException>(() => Read(Encoding.ASCII.GetBytes(text)));
        Assert.StartsWith($"is no ledger: line {line} is", exception.Message, StringComparison.Ordinal);
    }

    private static Ledger Read(byte[] bytes) => Ledger.Read(new MemoryStream(bytes));

    private sealed class SignallingStream : MemoryStream
    {
        private readonly TaskCompletionSource<string> _written = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal Task<string> Written => _written.Task;

        internal bool IsFull { get; init; }

        public override void Write(byte[] buffer, int offset, int count)
        {
            _written.TrySetResult(Encoding.ASCII.GetString(buffer, offset, count));
            if (IsFull)
                throw new IOException("full");
        }
    }
}
