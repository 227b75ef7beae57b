using System.Buffers;
using System.IO.Pipelines;

namespace InternalChat.Benchmarks.Connections;

/// <summary>
/// What a connection costs before anybody looks at its lines: each is sent back as it came, with one flush for all that came together.
/// </summary>
internal static class LineEcho
{
    /// <summary>Serves one connection until its peer has ended it.</summary>
    public static async Task ServeAsync(IDuplexPipe connection)
    {
        while (true)
        {
            var result = await connection.Input.ReadAsync();
            var buffer = result.Buffer;
            EchoLines(ref buffer, connection.Output);
            connection.Input.AdvanceTo(buffer.Start, buffer.End);
            if (connection.Output.UnflushedBytes > 0)
                await connection.Output.FlushAsync();
            if (!result.IsCompleted)
                continue;
            await connection.Output.CompleteAsync();
            await connection.Input.CompleteAsync();
            return;
        }
    }

    private static void EchoLines(ref ReadOnlySequence<byte> buffer, PipeWriter output)
    {
        var reader = new SequenceReader<byte>(buffer);
        while (reader.TryReadTo(out ReadOnlySequence<byte> line, (byte)'\n'))
        {
            foreach (var segment in line)
                output.Write(segment.Span);
            output.Write("\n"u8);
        }

        buffer = buffer.Slice(reader.Position);
    }
}
