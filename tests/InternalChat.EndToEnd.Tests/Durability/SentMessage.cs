using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace InternalChat.EndToEnd.Tests.Durability;

/// <summary>A body that says where it comes from and proves that it arrived whole.</summary>
internal readonly record struct SentMessage(string Sender, string Recipient, int Sequence)
{
    public string Body
    {
        get
        {
            var content = string.Create(CultureInfo.InvariantCulture, $"{Sender}>{Recipient}#{Sequence}");
            var padding = new string((char)('a' + Sequence % 26), Sequence * 7 % 300);
            return $"{content} {padding} {Checksum(content + padding)}";
        }
    }

    /// <summary>Reads a body back; throws where it is not, byte for byte, one that was written here.</summary>
    public static SentMessage Parse(string body)
    {
        var separators = body.Split('>', '#', ' ');
        var message = new SentMessage(separators[0], separators[1], int.Parse(separators[2], CultureInfo.InvariantCulture));
        return message.Body == body ? message : throw new InvalidDataException($"A body was changed: '{body}'");
    }

    private static string Checksum(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 4));
}
