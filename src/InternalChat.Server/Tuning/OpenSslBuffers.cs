using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace InternalChat.Server.Tuning;

/// <summary>
/// Has OpenSSL give back a connection's two record buffers while nothing is in them (<c>SSL_MODE_RELEASE_BUFFERS</c>). They are 33 KB,
/// of which an idle connection keeps 15 KB resident: 36 KiB a TLS connection become 22.
/// </summary>
/// <remarks>
/// .NET has no setting for it and does not hand out its <c>SSL_CTX</c>. OpenSSL itself tells whoever has registered application data
/// of every <c>SSL_CTX</c> that is made (<c>CRYPTO_get_ex_new_index</c>), which is where the mode is set. Where the library is another
/// version or absent nothing changes.
/// </remarks>
internal static unsafe partial class OpenSslBuffers
{
    // The names by which .NET loads them.
    private const string Crypto = "libcrypto.so.3";
    private const string Ssl = "libssl.so.3";

    // openssl/crypto.h and openssl/ssl.h; the same in every 3.x.
    private const int ClassOfContexts = 1;
    private const int ControlMode = 33;
    private const int ReleaseBuffers = 0x10;

    /// <summary>Sets the mode for all contexts made from now on. Call it once, before the first TLS connection.</summary>
    /// <returns>False where OpenSSL 3 is not there, and buffers are kept.</returns>
    public static bool TryReleaseWhileIdle()
    {
        if (!OperatingSystem.IsLinux())
            return false;
        try
        {
            // So that it cannot be missing inside the callback, which must not throw.
            NativeLibrary.Free(NativeLibrary.Load(Ssl, typeof(OpenSslBuffers).Assembly, searchPath: null));
            return GetExNewIndex(ClassOfContexts, 0, 0, &OnNewContext, 0, 0) >= 0;
        }
        catch (Exception exception) when (exception is DllNotFoundException or EntryPointNotFoundException)
        {
            return false;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnNewContext(nint context, nint data, nint allData, int index, nint number, nint argument) =>
        _ = ContextControl(context, ControlMode, ReleaseBuffers, 0);

    [LibraryImport(Crypto, EntryPoint = "CRYPTO_get_ex_new_index")]
    private static partial int GetExNewIndex(
        int classIndex, nint number, nint argument, delegate* unmanaged[Cdecl]<nint, nint, nint, int, nint, nint, void> onNew,
        nint onDuplicate,
        nint onFree);

    [LibraryImport(Ssl, EntryPoint = "SSL_CTX_ctrl")]
    private static partial nint ContextControl(nint context, int command, nint number, nint argument);
}
