using InternalChat.Client.Tests.Harness;

namespace InternalChat.Client.Tests.Terminal;

/// <summary>The real server, a user on a pseudo-terminal, and another with the library.</summary>
public sealed class ConversationTests
{
    private readonly TerminalEmulator _screen = new(60, 15);

    [Theory(Timeout = 60_000)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Two_people_talk_through_the_real_server(bool tls)
    {
        Assert.SkipUnless(TerminalProcess.HasPseudoTerminal, "needs script(1) of util-linux for a pseudo-terminal");
        var cancel = TestContext.Current.CancellationToken;
        await using var server = await ServerProcess.StartAsync(tls);
        var address = new ChatServerAddress { Port = server.Port, Tls = tls ? TlsSettings.TrustFile(server.CertificateFile!) : null };
        await RegisterAsync(address, cancel);

        string[] trust = tls ? ["--ca-cert", server.CertificateFile!] : [];
        await using var alice = TerminalProcess.StartOnTerminal(server.Port, 60, 15, ["alice", "--password", "password1", .. trust]);
        await WaitForLineAsync(alice, "online (1): alice (you)");
        await alice.TypeAsync("/msg bob are you there?\r");
        await WaitForLineAsync(alice, "◷  → bob: are you there?");

        await using var bob = await ChatClient.ConnectAsync(address, cancel);
        await using var events = new Events(bob);
        await bob.AuthenticateAsync(Names.Bob, "password1", cancel);
        var message = (await events.NextAsync<MessageReceived>()).Message;
        Assert.Equal((Names.Alice, "are you there?"), (message.Sender, message.Body));
        await WaitForLineAsync(alice, "✓  → bob: are you there?");
        await bob.MarkReadAsync(message.Id, cancel);
        await WaitForLineAsync(alice, "✓✓ → bob: are you there?");

        await alice.TypeAsync("half a line");
        Assert.Equal(SendStatus.Delivered, (await bob.SendAsync(Names.Alice, "yes", cancel)).Status);
        await WaitForLineAsync(alice, "bob: yes");
        Assert.IsType<MessageRead>(await events.NextAsync());
        await alice.WaitForAsync(_screen, screen => screen[^1] == "● bob › half a line");

        await alice.TypeAsync("\u0003/quit\r");
        await WaitForLineAsync(alice, "status 0");
    }

    private static async Task RegisterAsync(ChatServerAddress address, CancellationToken cancel)
    {
        await using var bob = await ChatClient.ConnectAsync(address, cancel);
        await using var events = new Events(bob);
        Assert.Equal(AuthenticationOutcome.Registered, await bob.AuthenticateAsync(Names.Bob, "password1", cancel));
        await bob.QuitAsync(cancel);
        Assert.Equal(DisconnectReason.Quit, (await events.NextAsync<Disconnected>()).Reason);
    }

    private Task WaitForLineAsync(TerminalProcess terminal, string text) =>
        terminal.WaitForAsync(_screen, screen => screen.Any(line => line.Contains(text, StringComparison.Ordinal)));
}
