using System.Globalization;
using InternalChat.TestKit.Sockets;

namespace InternalChat.EndToEnd.Tests;

/// <summary>The sentences that tests are made of.</summary>
internal static class RawClientExpectations
{
    extension(RawClient client)
    {
        /// <summary>The next reply is exactly this.</summary>
        public async Task ExpectAsync(string reply) => Assert.Equal(reply, await client.ReadReplyAsync($"waiting for '{reply}'"));

        /// <summary>The next reply is an ERROR with this code and some reason.</summary>
        public async Task ExpectErrorAsync(string code)
        {
            var reply = await client.ReadReplyAsync($"waiting for ERROR {code}");
            Assert.StartsWith($"ERROR {code} ", reply, StringComparison.Ordinal);
        }

        /// <summary>Exactly this push comes, possibly after others.</summary>
        public async Task ExpectPushAsync(string push)
        {
            string arrived;
            do
                arrived = await client.ReadPushAsync(push);
            while (arrived != push);
        }

        /// <summary>The command is answered by exactly this.</summary>
        public async Task ExpectAsync(string command, string reply) => Assert.Equal(reply, await client.AskAsync(command));

        /// <summary>The command is answered by an ERROR with this code.</summary>
        public async Task ExpectErrorAsync(string command, string code)
        {
            await client.SendAsync(command);
            await client.ExpectErrorAsync(code);
        }

        /// <summary>The connection still works, and nothing else was waiting before this answer.</summary>
        public Task ExpectAliveAsync() => client.ExpectAsync("PING", "PONG");

        /// <summary>QUIT, and the server's end of the connection.</summary>
        public async Task LeaveAsync()
        {
            await client.ExpectAsync("QUIT", "OK bye");
            await client.ExpectClosedAsync();
        }

        /// <summary>Sends a message to somebody who is offline and returns its id.</summary>
        public async Task<long> QueueAsync(string recipient, string body)
        {
            var reply = await client.AskAsync($"MSG {recipient} {body}");
            Assert.True(ServerFrame.IsQueued(reply), $"Expected OK queued, got '{reply}'.");
            return ServerFrame.IdOf(reply);
        }

        /// <summary>Sends a message, waits until it is stored, and returns its id, whether it was handed over at once or not.</summary>
        public async Task<long> TellAsync(string recipient, string body)
        {
            var reply = await client.AskAsync($"MSG {recipient} {body}");
            Assert.True(ServerFrame.IsQueued(reply) || ServerFrame.IsDelivered(reply), $"Expected an acknowledgement, got '{reply}'.");
            return ServerFrame.IdOf(reply);
        }

        /// <summary>The next message from this sender.</summary>
        public async Task<string> ReadFromAsync(string sender)
        {
            string from;
            do
                from = await client.ReadPushAsync("FROM ", $"waiting for a message from {sender}");
            while (ServerFrame.SenderOf(from) != sender);
            return from;
        }

        /// <summary>All messages that come before one that the witness sends now: every one that was stored by then.</summary>
        public async Task<List<string>> ReadAllBeforeAsync(RawClient witness)
        {
            await witness.TellAsync(client.Name, "the last one");
            var messages = new List<string>();
            string from;
            while (ServerFrame.SenderOf(from = await client.ReadPushAsync("FROM ")) != witness.Name)
                messages.Add(from);
            return messages;
        }

        /// <summary>The lines of HISTORY, without the count, which is held against their number.</summary>
        public async Task<IReadOnlyList<string>> HistoryAsync(string with, string limit = "")
        {
            const string counted = "INFO history_count ";
            var first = await client.AskAsync(limit.Length == 0 ? $"HISTORY {with}" : $"HISTORY {with} {limit}");
            Assert.StartsWith(counted, first, StringComparison.Ordinal);
            var count = int.Parse(first.AsSpan(counted.Length), CultureInfo.InvariantCulture);
            var lines = new List<string>(count);
            for (var line = 0; line < count; line++)
                lines.Add(await client.ReadReplyAsync($"waiting for history line {line + 1} of {count}"));
            Assert.All(lines, line => Assert.StartsWith("INFO history ", line, StringComparison.Ordinal));
            return lines;
        }

        /// <summary>
        /// No push that begins so is or was on its way: the witness sends a last message, and what the server meant to push
        /// before it has arrived when that arrives.
        /// </summary>
        public async Task ExpectNoPushAsync(string beginning, RawClient witness)
        {
            var marker = $"marker {Guid.NewGuid():N}";
            await witness.TellAsync(client.Name, marker);
            while (true)
            {
                var from = await client.ReadPushAsync("FROM ", "waiting for the marker message");
                if (from.EndsWith(marker, StringComparison.Ordinal))
                    break;
                Assert.False(from.StartsWith(beginning, StringComparison.Ordinal), $"Unexpected: '{from}'");
            }

            Assert.Null(client.TakeArrivedPush(beginning));
        }
    }
}
