using System.Buffers;
using System.Text;
using InternalChat.Protocol.Parsing;
using InternalChat.Protocol.Writing;

namespace InternalChat.Protocol.Tests.Parsing;

/// <summary>What a line parsed to, in a form that can be kept and compared. Arguments are Latin-1 text: the bytes one to one.</summary>
internal sealed record ParsedCommand(
    ParseError Error, CommandVerb Verb = CommandVerb.None, string First = "", string Second = "", long Number = 0)
{
    public static ParsedCommand Of(ReadOnlySpan<byte> line)
    {
        var error = CommandParser.Parse(line, out var command);
        return new ParsedCommand(
            error, command.Verb, Encoding.Latin1.GetString(command.First), Encoding.Latin1.GetString(command.Second), command.Number);
    }

    public void Write(IBufferWriter<byte> output)
    {
        var first = Encoding.Latin1.GetBytes(First);
        var second = Encoding.Latin1.GetBytes(Second);
        switch (Verb)
        {
            case CommandVerb.Hello: ClientFrames.Hello(output, int.Parse(First)); break;
            case CommandVerb.Auth: ClientFrames.Auth(output, first, second); break;
            case CommandVerb.Msg: ClientFrames.Msg(output, first, second); break;
            case CommandVerb.List: ClientFrames.List(output); break;
            case CommandVerb.History: ClientFrames.History(output, first, (int)Number); break;
            case CommandVerb.Read: ClientFrames.Read(output, Number); break;
            case CommandVerb.Block: ClientFrames.Block(output, first); break;
            case CommandVerb.Unblock: ClientFrames.Unblock(output, first); break;
            case CommandVerb.Ping: ClientFrames.Ping(output); break;
            case CommandVerb.Quit: ClientFrames.Quit(output); break;
            default: throw new InvalidOperationException($"{Verb} is no command.");
        }
    }
}
