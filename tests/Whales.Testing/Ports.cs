using System.Net;
using System.Net.Sockets;

namespace Whales.Testing;

/// <summary>
/// Loopback ports that no other test takes, in this process or another one, for as long as this process lives.
/// They lie below the kernel's ephemeral range: a port of that range could be taken by anybody's outgoing connection
/// while the server it was meant for is down, even by a client that tries to reach that very server.
/// </summary>
public static class FreePort
{
    private const int Lowest = 21000;
    private const int Highest = 31999;

    // The claims are abstract sockets, one per port: the kernel gives them back when the process ends, however it ends.
    private static readonly List<Socket> Claims = [];

    /// <summary>A port that is free now and stays ours until the process ends.</summary>
    public static int Next() => First(1);

    /// <summary>The first of so many ports in a row, for a program that is told one and takes those after it too.</summary>
    public static int First(int count)
    {
        for (var attempt = 0; attempt < 1000; attempt++)
        {
            var first = Random.Shared.Next(Lowest, Highest + 2 - count);
            // Of a row that is not free throughout, what was claimed stays claimed: there are ports enough.
            if (Enumerable.Range(first, count).All(TryClaim))
                return first;
        }

        throw new InvalidOperationException($"No {count} free ports in a row were found on 127.0.0.1 between {Lowest} and {Highest}.");
    }

    private static bool TryClaim(int port)
    {
        var claim = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            claim.Bind(new UnixDomainSocketEndPoint($"\0whales-test-port-{port}"));
            using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            probe.ExclusiveAddressUse = true;
            probe.Bind(new IPEndPoint(IPAddress.Loopback, port));
        }
        catch (SocketException)
        {
            claim.Dispose();
            return false;
        }

        lock (Claims)
            Claims.Add(claim);
        return true;
    }
}
