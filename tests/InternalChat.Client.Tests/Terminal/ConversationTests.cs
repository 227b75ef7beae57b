using InternalChat.Client.Tests.Harness;
using InternalChat.TestKit;
using InternalChat.TestKit.Certificates;
using InternalChat.TestKit.Processes;

namespace InternalChat.Client.Tests.Terminal;

/// <summary>The real server with users on pseudo-terminals.</summary>
public sealed class ConversationTests : IDisposable
{
    private const int Columns = 60;
    private const int Rows = 15;

    private readonly TerminalEmulator _screen = new(Columns, Rows);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory(Timeout = Patience.Milliseconds)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Two_terminals_chat_with_each_other(bool tls)
    {
        Assert.SkipUnless(TerminalProcess.HasPseudoTerminal, "needs bash, and script(1) of util-linux for a pseudo-terminal");
        var (server, certificate) = await StartServerAsync(tls);
        await using (server)
        {
            var screenOfBob = new TerminalEmulator(Columns, Rows);
            await using var alice = StartTerminal(server, "alice", certificate);
            await WaitForLineAsync(alice, _screen, "online (1): alice (you)");
            await using var bob = StartTerminal(server, "bobby", certificate);
            await WaitForLineAsync(bob, screenOfBob, "online (2): alice, bobby (you)");
            // Whoever comes and goes at once is told to nobody.
            await WaitForLineAsync(alice, _screen, "bobby is online");

            await bob.TypeAsync("/msg alice a line that is being typ");
            await bob.WaitForAsync(screenOfBob, static screen => screen[^1] == "› /msg alice a line that is being typ");
            await alice.TypeAsync("/msg bobby are you there?\r");
            await WaitForLineAsync(bob, screenOfBob, "alice: are you there?");
            await bob.WaitForAsync(screenOfBob, static screen => screen[^1] == "› /msg alice a line that is being typ");
            await WaitForLineAsync(alice, _screen, "✓✓ → bobby: are you there?");

            await bob.TypeAsync("ed\r");
            await WaitForLineAsync(alice, _screen, "bobby: a line that is being typed");
            await WaitForLineAsync(bob, screenOfBob, "✓✓ → alice: a line that is being typed");
            await bob.TypeAsync("/quit\r");
            await WaitForLineAsync(bob, screenOfBob, "status 0");
            await WaitForLineAsync(alice, _screen, "bobby went offline");
            await alice.TypeAsync("/quit\r");
            await WaitForLineAsync(alice, _screen, "status 0");
        }
    }

    [Theory(Timeout = Patience.Milliseconds)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_terminal_and_the_library_talk_through_the_real_server(bool tls)
    {
        Assert.SkipUnless(TerminalProcess.HasPseudoTerminal, "needs bash, and script(1) of util-linux for a pseudo-terminal");
        var cancel = TestContext.Current.CancellationToken;
        var (server, certificate) = await StartServerAsync(tls);
        await using var running = server;
        var address = new ChatServerAddress
        {
            Port = server.EndPoint.Port,
            Tls = certificate is null ? null : TlsSettings.TrustFile(certificate.CertificateFile),
        };
        await RegisterAsync(address, cancel);

        await using var alice = StartTerminal(server, "alice", certificate);
        await WaitForLineAsync(alice, _screen, "online (1): alice (you)");
        await alice.TypeAsync("/msg bob are you there?\r");
        await WaitForLineAsync(alice, _screen, "◷  → bob: are you there?");

        await using var bob = await ChatClient.ConnectAsync(address, cancel);
        await using var events = new Events(bob);
        await bob.AuthenticateAsync(Names.Bob, "password1", cancel);
        var message = (await events.NextAsync<MessageReceived>()).Message;
        Assert.Equal((Names.Alice, "are you there?"), (message.Sender, message.Body));
        await WaitForLineAsync(alice, _screen, "✓  → bob: are you there?");
        await bob.MarkReadAsync(message.Id, cancel);
        await WaitForLineAsync(alice, _screen, "✓✓ → bob: are you there?");

        await alice.TypeAsync("half a line");
        Assert.Equal(SendStatus.Delivered, (await bob.SendAsync(Names.Alice, "yes", cancel)).Status);
        await WaitForLineAsync(alice, _screen, "bob: yes");
        Assert.IsType<MessageRead>(await events.NextAsync());
        await alice.WaitForAsync(_screen, screen => screen[^1] == "● bob › half a line");

        await alice.TypeAsync("\u0003/quit\r");
        await WaitForLineAsync(alice, _screen, "status 0");
    }

    private static async Task RegisterAsync(ChatServerAddress address, CancellationToken cancel)
    {
        await using var bob = await ChatClient.ConnectAsync(address, cancel);
        await using var events = new Events(bob);
        Assert.Equal(AuthenticationOutcome.Registered, await bob.AuthenticateAsync(Names.Bob, "password1", cancel));
        await bob.QuitAsync(cancel);
        Assert.Equal(DisconnectReason.Quit, (await events.NextAsync<Disconnected>()).Reason);
    }

    private async Task<(ServerProcess Server, SelfSignedCertificate? Certificate)> StartServerAsync(bool tls)
    {
        var certificate = tls ? SelfSignedCertificate.Create(_folder.Path) : null;
        string[] flags = certificate is null ? [] : ["--tls-cert", certificate.CertificateFile, "--tls-key", certificate.KeyFile];
        return (await ServerProcess.StartAsync(flags), certificate);
    }

    private static TerminalProcess StartTerminal(ServerProcess server, string name, SelfSignedCertificate? certificate)
    {
        string[] trust = certificate is null ? [] : ["--ca-cert", certificate.CertificateFile];
        return TerminalProcess.StartOnTerminal(server.EndPoint.Port, Columns, Rows, [name, "--password", "password1", .. trust]);
    }

    private static Task WaitForLineAsync(TerminalProcess terminal, TerminalEmulator screen, string text) =>
        terminal.WaitForAsync(screen, shown => shown.Any(line => line.Contains(text, StringComparison.Ordinal)));
}
