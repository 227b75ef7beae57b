using System.ComponentModel;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using InternalChat.TestKit.Processes;
using Microsoft.Win32.SafeHandles;

namespace InternalChat.EndToEnd.Tests.LinkDown;

/// <summary>A second network on this machine, joined to the first by one cable that a test can pull.</summary>
internal sealed class NetworkNamespace : IAsyncDisposable
{
    private const int CloneNewNetwork = 0x40000000;

    private readonly string _name = string.Create(CultureInfo.InvariantCulture, $"chat{Environment.ProcessId}");

    private NetworkNamespace()
    {
    }

    /// <summary>This end of the cable, where a server can listen.</summary>
    public IPAddress NearAddress { get; } = IPAddress.Parse("10.213.77.1");

    private string NearInterface => _name + "n";

    private string FarInterface => _name + "f";

    /// <summary>Skips the test where this user may not make one.</summary>
    public static async Task<NetworkNamespace> CreateAsync()
    {
        var network = new NetworkNamespace();
        try
        {
            await RunAsync("netns", "add", network._name);
            await RunAsync("link", "add", network.NearInterface, "type", "veth", "peer", "name", network.FarInterface);
            await RunAsync("link", "set", network.FarInterface, "netns", network._name);
            await RunAsync("addr", "add", "10.213.77.1/30", "dev", network.NearInterface);
            await RunAsync("link", "set", network.NearInterface, "up");
            await RunAsync("-n", network._name, "addr", "add", "10.213.77.2/30", "dev", network.FarInterface);
            await RunAsync("-n", network._name, "link", "set", network.FarInterface, "up");
            return network;
        }
        catch (Exception failure) when (failure is Win32Exception or InvalidOperationException)
        {
            await network.DisposeAsync();
            Assert.Skip($"A network namespace is not permitted here: {failure.Message}");
            throw;
        }
    }

    public Task PullAsync() => RunAsync("link", "set", NearInterface, "down");

    public Task PlugInAsync() => RunAsync("link", "set", NearInterface, "up");

    /// <summary>A socket on the far side; it stays there, whichever thread uses it.</summary>
    public Socket CreateSocket()
    {
        Socket? socket = null;
        Exception? failure = null;

        // Only this thread changes sides, and it ends right after.
        var visitor = new Thread(() =>
        {
            try
            {
                using var side = File.OpenHandle($"/run/netns/{_name}");
                if (SetNamespace(side, CloneNewNetwork) != 0)
                    throw new Win32Exception(Marshal.GetLastPInvokeError(), "setns failed.");
                socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            }
            catch (Exception thrown)
            {
                failure = thrown;
            }
        });
        visitor.Start();
        visitor.Join();
        return socket ?? throw new InvalidOperationException("No socket on the far side.", failure);
    }

    public async ValueTask DisposeAsync()
    {
        // The pair of interfaces goes with either of them; each may be missing where making the namespace failed half-way.
        await TryRunAsync("link", "del", NearInterface);
        await TryRunAsync("netns", "del", _name);
    }

    private static async Task TryRunAsync(params string[] arguments)
    {
        try
        {
            await ProgramRun.ToEndAsync("ip", arguments);
        }
        catch (Win32Exception)
        {
            // There is no ip program, so there is nothing to clean up.
        }
    }

    private static async Task RunAsync(params string[] arguments)
    {
        var run = await ProgramRun.ToEndAsync("ip", arguments);
        if (run.ExitCode != 0)
            throw new InvalidOperationException(run.ToString());
    }

    [DllImport("libc", EntryPoint = "setns", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetNamespace(SafeFileHandle handle, int kind);
}
