using System.Net;
using System.Net.Sockets;
using System.Text;
using Whales.Ingest.Api.Tests.Hosting;

namespace Whales.Ingest.Api.Tests.Security;

/// <summary>A connection whose every byte the test writes.</summary>
internal sealed class Wire : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    public static async Task<Wire> ConnectAsync(IngestServer server)
    {
        var wire = new Wire();
        await wire._socket.ConnectAsync(IPAddress.Loopback, server.Address.Port);
        return wire;
    }

    public Task SendAsync(string text) => _socket.SendAsync(Encoding.Latin1.GetBytes(text));

    public Task SendAsync(byte[] bytes) => _socket.SendAsync(bytes);

    /// <summary>Everything until the server closes the connection, which it must.</summary>
    public async Task<string> ReadToEndAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        var text = new StringBuilder();
        var buffer = new byte[64 * 1024];
        try
        {
            while (await _socket.ReceiveAsync(buffer, patience.Token) is > 0 and var read)
                text.Append(Encoding.Latin1.GetString(buffer, 0, read));
        }
        catch (SocketException)
        {
            // Closed with a reset.
        }
        return text.ToString();
    }

    public void Dispose() => _socket.Dispose();
}
