using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Chokepoint.LocalHosting.Processes;

/// <summary>
/// Ports on loopback that nobody listens on. They are drawn at random from below the range that the system gives to outgoing
/// connections (32768 and up on Linux), so that none is taken between the look and the use.
/// </summary>
public static class FreePorts
{
    private static readonly Lock Gate = new();
    private static readonly HashSet<int> Given = [];

    public static int Next()
    {
        lock (Gate)
        {
            for (var attempt = 0; attempt < 1_000; attempt++)
            {
                var port = RandomNumberGenerator.GetInt32(17_000, 32_000);
                if (!Given.Contains(port) && IsFree(port))
                {
                    Given.Add(port);
                    return port;
                }
            }
        }
        throw new LocalHostingException("No free port was found between 17000 and 32000: end what listens there, then start again.");
    }

    /// <summary>
    /// Keeps a port for a process that starts later: bound and not listening, so that callers are refused and nobody else gets it.
    /// </summary>
    /// <returns>Null when somebody has it already. Dispose of it just before the process starts.</returns>
    public static IDisposable? Hold(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ExclusiveAddressUse = true };
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            lock (Gate) Given.Add(port);
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            return null;
        }
    }

    public static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
