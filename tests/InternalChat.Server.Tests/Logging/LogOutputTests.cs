using System.IO.Pipes;
using System.Runtime.InteropServices;
using System.Text;
using InternalChat.Server.Logging;
using InternalChat.TestKit;

namespace InternalChat.Server.Tests.Logging;

/// <summary>Real descriptors that take nothing: the log lives through it, and says what is missing once they take something.</summary>
public sealed class LogOutputTests : IDisposable
{
    private const int SetStatusFlags = 4;
    private const int NonBlocking = 0x800;

    private readonly AnonymousPipeServerStream _reader = new(PipeDirection.In);

    private int Descriptor => (int)_reader.ClientSafePipeHandle.DangerousGetHandle();

    [Fact]
    public void Lines_arrive_as_they_are()
    {
        using (var output = Output(Descriptor))
        {
            output.Add("eins: Größe\n", isImportant: false);
            output.Add("two\n", isImportant: true);
        }

        Assert.Equal("eins: Größe\ntwo\n", ReadToEnd());
    }

    [Fact]
    public void A_full_device_costs_the_lines_and_they_are_counted()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "There is no /dev/full here.");
        using var full = File.OpenHandle("/dev/full", FileMode.Open, FileAccess.Write);
        var output = Output((int)full.DangerousGetHandle());
        output.Add("one\n", isImportant: true);
        output.Add("two\n", isImportant: false);
        output.Dispose();
        Assert.Equal(2, output.Dropped);
    }

    [Fact]
    public void A_pipe_without_a_reader_costs_the_lines_and_they_are_counted()
    {
        _reader.SafePipeHandle.Dispose();
        var output = Output(Descriptor);
        output.Add("one\n", isImportant: false);
        output.Dispose();
        Assert.Equal(1, output.Dropped);
    }

    [Fact]
    public async Task A_descriptor_that_does_not_block_is_waited_for()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The flag is Linux's.");
        Assert.Equal(0, Control(Descriptor, SetStatusFlags, NonBlocking));
        // Twice what a pipe holds.
        var line = new string('a', 1_023) + "\n";
        var output = Output(Descriptor);
        for (var number = 0; number < 128; number++)
            output.Add(line, isImportant: false);
        await Task.Run(() => ReadExactly(128 * 1_024), TestContext.Current.CancellationToken)
            .WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);
        output.Dispose();
        Assert.Equal(0, output.Dropped);
    }

    [Fact]
    public async Task The_end_does_not_wait_for_a_reader_who_does_not_come()
    {
        var output = Output(Descriptor);
        for (var number = 0; number < 128; number++)
            output.Add(new string('a', 1_023) + "\n", isImportant: false);
        await Task.Run(output.Dispose, TestContext.Current.CancellationToken)
            .WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);
        // It frees the thread, which still has the pipe.
        ReadExactly(128 * 1_024);
    }

    [Fact]
    public void What_could_not_be_written_is_told_before_the_next_line_that_can_be()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "There is no /dev/full here.");
        using var full = File.OpenHandle("/dev/full", FileMode.Open, FileAccess.Write);
        _ = Duplicate((int)full.DangerousGetHandle(), Descriptor);
        var output = Output(Descriptor);
        output.Add("lost\n", isImportant: false);
        Assert.True(SpinWait.SpinUntil(() => output.Dropped == 1, Patience.Limit), "The line was not tried.");
        var text = TextOf(descriptor =>
        {
            _ = Duplicate(descriptor, Descriptor);
            output.Add("kept\n", isImportant: false);
            output.Dispose();
        });
        Assert.Equal("1 missing\nkept\n", text);
    }

    [Fact]
    public async Task A_line_that_was_written_in_part_is_ended_before_the_next()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The flag is Linux's.");
        Assert.Equal(0, Control(Descriptor, SetStatusFlags, NonBlocking));
        var stream = new LogStream(Descriptor, Encoding.UTF8);
        var writing = Task.Run(() => stream.TryWrite(new string('a', 128 * 1_024)), TestContext.Current.CancellationToken);
        ReadExactly(1);
        _reader.SafePipeHandle.Dispose();
        Assert.False(await writing);
        Assert.Equal("\nkept\n", TextOf(descriptor =>
        {
            _ = Duplicate(descriptor, Descriptor);
            Assert.True(stream.TryWrite("kept\n"));
        }));
    }

    public void Dispose() => _reader.Dispose();

    private static LogOutput Output(int descriptor) => new(new LogStream(descriptor, Encoding.UTF8), static count => $"{count} missing\n");

    /// <summary>What is written to a file.</summary>
    private static string TextOf(Action<int> write)
    {
        using var folder = new TemporaryFolder();
        using (var file = File.OpenHandle(folder.File("log"), FileMode.CreateNew, FileAccess.Write))
            write((int)file.DangerousGetHandle());
        return File.ReadAllText(folder.File("log"));
    }

    private string ReadToEnd()
    {
        _reader.DisposeLocalCopyOfClientHandle();
        return new StreamReader(_reader, Encoding.UTF8).ReadToEnd();
    }

    private string ReadExactly(int bytes)
    {
        var buffer = new byte[bytes];
        _reader.ReadExactly(buffer);
        return Encoding.UTF8.GetString(buffer);
    }

    [DllImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Control(int descriptor, int command, int flags);

    [DllImport("libc", EntryPoint = "dup2", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Duplicate(int from, int to);
}
