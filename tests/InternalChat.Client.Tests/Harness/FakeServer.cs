using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace InternalChat.Client.Tests.Harness;

/// <summary>A listener on a free port whose connections do what the test scripts.</summary>
internal sealed class FakeServer : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly X509Certificate2? _certificate;

    // Also so that the collector does not end a connection of which a test says no more.
    private readonly ConcurrentBag<FakePeer> _peers = [];

    internal FakeServer(X509Certificate2? certificate = null)
    {
        _certificate = certificate;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
    }

    internal int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    internal ChatServerAddress Address => new() { Port = Port };

    internal static X509Certificate2 NewCertificate(string host = "127.0.0.1")
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={host}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        if (IPAddress.TryParse(host, out var ip))
            names.AddIpAddress(ip);
        else
            names.AddDnsName(host);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    internal async Task<FakePeer> AcceptAsync()
    {
        var socket = await _listener.AcceptAsync(TestContext.Current.CancellationToken);
        Stream stream = new NetworkStream(socket, ownsSocket: true);
        if (_certificate is not null)
        {
            var encrypted = new SslStream(stream);
            await encrypted.AuthenticateAsServerAsync(_certificate);
            stream = encrypted;
        }

        var peer = new FakePeer(stream, socket);
        _peers.Add(peer);
        return peer;
    }

    /// <summary>A client of the library and the server's end of its connection.</summary>
    internal async Task<(ChatClient Client, FakePeer Peer)> ConnectAsync(int eventCapacity = ChatClient.DefaultEventCapacity)
    {
        var accepting = AcceptAsync();
        var connection = await ChatConnection.ConnectAsync(Address, TestContext.Current.CancellationToken);
        return (new ChatClient(connection, eventCapacity), await accepting);
    }

    /// <summary>A client that has logged in to an old account.</summary>
    internal async Task<(ChatClient Client, FakePeer Peer)> LogInAsync()
    {
        var (client, peer) = await ConnectAsync();
        var login = client.AuthenticateAsync(Names.Alice, "password1", TestContext.Current.CancellationToken);
        await peer.ExpectAsync("AUTH alice password1");
        await peer.SendAsync("OK authenticated");
        await login;
        return (client, peer);
    }

    public void Dispose()
    {
        _listener.Dispose();
        foreach (var peer in _peers)
            peer.Dispose();
    }
}
