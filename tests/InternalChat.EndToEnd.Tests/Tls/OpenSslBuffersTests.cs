using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Security.Cryptography.X509Certificates;
using InternalChat.Server.Tls;
using InternalChat.TestKit;

namespace InternalChat.EndToEnd.Tests.Tls;

/// <summary>Alone, because it counts what the whole process has of the C heap, and what it sets stays set.</summary>
[CollectionDefinition(nameof(OpenSslBuffersTests), DisableParallelization = true)]
[Collection(nameof(OpenSslBuffersTests))]
public sealed class OpenSslBuffersTests : IDisposable
{
    private const int Connections = 100;

    // A record buffer holds 16 KiB and what frames it; there is one each way.
    private const long RecordBufferBytes = 16 * 1024;

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task An_idle_tls_connection_holds_no_record_buffers_and_still_talks()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Elsewhere .NET does not use OpenSSL.");
        var kept = await HeapBytesOfIdleConnectionAsync();
        Assert.True(OpenSslBuffers.TryReleaseWhileIdle());
        var released = await HeapBytesOfIdleConnectionAsync();
        TestContext.Current.TestOutputHelper!.WriteLine($"{kept} bytes a connection, both ends of it; released: {released}");
        Assert.InRange(released, 0, kept - RecordBufferBytes);
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>What one connection has of the C heap, after both ends have said something.</summary>
    private async Task<long> HeapBytesOfIdleConnectionAsync()
    {
        var files = SelfSignedCertificate.Create(_folder.Path);
        using var certificate = X509Certificate2.CreateFromPemFile(files.CertificateFile, files.KeyFile);
        var server = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = SslStreamCertificateContext.Create(certificate, additionalCertificates: null, offline: true),
        };
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var pairs = new List<TlsPair>();
        try
        {
            // What is made once, whatever the number of connections.
            pairs.Add(await TlsPair.ConnectAsync(listener, server));
            await pairs[0].TalkAsync();
            var before = HeapInUse();
            while (pairs.Count <= Connections)
            {
                pairs.Add(await TlsPair.ConnectAsync(listener, server));
                await pairs[^1].TalkAsync();
            }

            var bytes = HeapInUse() - before;
            foreach (var pair in pairs)
                await pair.TalkAsync();
            return bytes / Connections;
        }
        finally
        {
            foreach (var pair in pairs)
                await pair.DisposeAsync();
        }
    }

    private static long HeapInUse() => (long)Mallinfo2().BytesInUse;

    [DllImport("libc", EntryPoint = "mallinfo2")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern MallocInfo Mallinfo2();

    /// <summary><c>struct mallinfo2</c> of malloc.h; sums over all arenas.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private readonly struct MallocInfo
    {
        private readonly nuint _arena;
        private readonly nuint _freeChunks;
        private readonly nuint _fastbinChunks;
        private readonly nuint _mappedRegions;
        private readonly nuint _mappedBytes;
        private readonly nuint _highWater;
        private readonly nuint _fastbinBytes;
        public readonly nuint BytesInUse;
        private readonly nuint _freeBytes;
        private readonly nuint _trimmableBytes;
    }

    /// <summary>Both ends of one connection.</summary>
    private sealed class TlsPair(SslStream client, SslStream server) : IAsyncDisposable
    {
        public static async Task<TlsPair> ConnectAsync(TcpListener listener, SslServerAuthenticationOptions options)
        {
            var thumbprint = options.ServerCertificateContext!.TargetCertificate.Thumbprint;
            var client = new TcpClient();
            await client.ConnectAsync((IPEndPoint)listener.LocalEndpoint);
            var accepted = await listener.AcceptTcpClientAsync();
            var secureClient = new SslStream(
                client.GetStream(), leaveInnerStreamOpen: false, (_, presented, _, _) => presented?.GetCertHashString() == thumbprint);
            var secureServer = new SslStream(accepted.GetStream(), leaveInnerStreamOpen: false);
            await Task.WhenAll(secureClient.AuthenticateAsClientAsync("localhost"), secureServer.AuthenticateAsServerAsync(options));
            return new TlsPair(secureClient, secureServer);
        }

        public async Task TalkAsync()
        {
            await SayAsync(client, server);
            await SayAsync(server, client);
        }

        public async ValueTask DisposeAsync()
        {
            await client.DisposeAsync();
            await server.DisposeAsync();
        }

        private static async Task SayAsync(SslStream from, SslStream to)
        {
            await from.WriteAsync("a line\n"u8.ToArray());
            var received = new byte[7];
            await to.ReadExactlyAsync(received);
            Assert.Equal("a line\n"u8, received);
        }
    }
}
