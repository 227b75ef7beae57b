using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;

namespace InternalChat.Client.Tests.Harness;

/// <summary>The real server as its operators run it, on a port of the system's choice and a database of its own.</summary>
internal sealed partial class ServerProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly DirectoryInfo _folder;

    private ServerProcess(Process process, DirectoryInfo folder)
    {
        _process = process;
        _folder = folder;
    }

    internal int Port { get; private set; }

    /// <summary>The file that clients trust; null where the server speaks in the clear.</summary>
    internal string? CertificateFile { get; private set; }

    internal static async Task<ServerProcess> StartAsync(bool tls)
    {
        var folder = Directory.CreateTempSubdirectory("internalchat");
        List<string> arguments =
        [
            TerminalProcess.Path("InternalChat.Server"), "--port", "0", "--db-path", Path.Combine(folder.FullName, "chat.db"),
            "--password-iterations", "1000",
        ];
        string? certificateFile = null;
        if (tls)
        {
            certificateFile = Path.Combine(folder.FullName, "cert.pem");
            var keyFile = Path.Combine(folder.FullName, "key.pem");
            using var certificate = FakeServer.NewCertificate();
            await File.WriteAllTextAsync(certificateFile, certificate.ExportCertificatePem(), TestContext.Current.CancellationToken);
            await File.WriteAllTextAsync(
                keyFile, certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem(), TestContext.Current.CancellationToken);
            arguments.AddRange(["--tls-cert", certificateFile, "--tls-key", keyFile]);
        }

        var process = Process.Start(
            new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true, WorkingDirectory = folder.FullName })!;
        var server = new ServerProcess(process, folder) { CertificateFile = certificateFile };
        server.Port = await server.ReadPortAsync();
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
        _folder.Delete(recursive: true);
    }

    private async Task<int> ReadPortAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            if (Listening().Match(line) is { Success: true } match)
            {
                // Whoever writes to a pipe that nobody reads waits one day.
                _ = _process.StandardOutput.ReadToEndAsync(CancellationToken.None);
                return int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);
            }
        }

        throw new InvalidOperationException("the server ended before it listened");
    }

    [GeneratedRegex(@"listening on [^ ]*:(\d+)")]
    private static partial Regex Listening();
}
