using System.Runtime.InteropServices;
using System.Text;

namespace InternalChat.Server.Administration.Top;

/// <summary>Draws samples over the whole terminal, and gives it back as it was however it ends.</summary>
internal static class TopTerminal
{
    private const string Enter = "\u001b[?1049h\u001b[?25l";
    private const string Leave = "\u001b[?25h\u001b[?1049l";
    private const string Home = "\u001b[H";
    private const string ClearToEndOfLine = "\u001b[K";
    private const string ClearToEndOfScreen = "\u001b[J";
    private const string Reverse = "\u001b[7m";
    private const string Plain = "\u001b[0m";

    private static readonly TimeSpan KeyInterval = TimeSpan.FromMilliseconds(50);

    /// <summary>Until a key, a signal or the server ends it.</summary>
    public static async Task RunAsync(TextReader lines, Func<string, TopSample> read, CancellationToken cancellation)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        using var hangup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, End);
        // Ctrl-C is a key: the terminal has to be given back first.
        Console.TreatControlCAsInput = true;
        Console.Out.Write(Enter);
        try
        {
            await DrawAsync(lines, read, ended.Token);
        }
        catch (OperationCanceledException)
        {
            // By a signal.
        }
        finally
        {
            Console.Out.Write(Leave);
            Console.TreatControlCAsInput = false;
        }

        void End(PosixSignalContext context)
        {
            context.Cancel = true;
            ended.Cancel();
        }
    }

    private static async Task DrawAsync(TextReader lines, Func<string, TopSample> read, CancellationToken cancellation)
    {
        var order = TopOrder.Total;
        TopSample? sample = null;
        var next = TopStream.NextAsync(lines, cancellation);
        Draw("waiting for the first second");
        while (true)
        {
            await Task.WhenAny(next, Task.Delay(KeyInterval, cancellation));
            cancellation.ThrowIfCancellationRequested();
            var changed = false;
            while (Console.KeyAvailable)
            {
                var key = Console.ReadKey(intercept: true);
                if (key.Key is ConsoleKey.Q or ConsoleKey.Escape
                    || (key.Key == ConsoleKey.C && key.Modifiers.HasFlag(ConsoleModifiers.Control)))
                    return;
                (order, changed) = (OrderOf(key.Key) ?? order, true);
            }

            if (next.IsCompleted)
            {
                if (await next is not { } line)
                    return;
                (sample, changed) = (read(line), true);
                next = TopStream.NextAsync(lines, cancellation);
            }

            if (changed && sample is not null)
                Draw(sample, order);
        }
    }

    private static TopOrder? OrderOf(ConsoleKey key) => key switch
    {
        ConsoleKey.T => TopOrder.Total,
        ConsoleKey.S => TopOrder.Sent,
        ConsoleKey.R => TopOrder.Received,
        ConsoleKey.W => TopOrder.Waiting,
        ConsoleKey.N => TopOrder.Name,
        _ => null,
    };

    private static void Draw(TopSample sample, TopOrder order)
    {
        var (head, heading, users) = TopView.Lines(sample, order);
        var screen = new StringBuilder(Home);
        var width = Math.Max(1, Console.WindowWidth);
        var left = Math.Max(1, Console.WindowHeight);
        foreach (var line in head)
            Add(line);
        Add("");
        Add($"{heading}   by {order.ToString().ToLowerInvariant()}; keys t s r w n, q ends".PadRight(width), Reverse);
        foreach (var line in users)
            Add(line);
        Console.Out.Write(screen.Append(ClearToEndOfScreen).ToString());

        void Add(string line, string style = "")
        {
            if (left-- <= 0)
                return;
            // A line end behind the last line would scroll.
            screen.Append(style).Append(line.Length > width ? line[..width] : line).Append(Plain).Append(ClearToEndOfLine);
            if (left > 0)
                screen.Append("\r\n");
        }
    }

    private static void Draw(string line) => Console.Out.Write(Home + line + ClearToEndOfScreen);
}
