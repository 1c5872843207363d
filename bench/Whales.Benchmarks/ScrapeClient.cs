using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Whales.Benchmarks;

/// <summary>One reading of a page: from the first byte of the request to the last of the answer, and what of it the host took to write the page.</summary>
internal readonly record struct ScrapeTook(double Milliseconds, double InHost, int Series, int Bytes);

/// <summary>
/// Reads /metrics over one connection as Prometheus does, with a blocking socket on a thread of its own: HttpClient would wake two threads
/// more for each answer, and on busy cores each waits for its turn.
/// </summary>
internal sealed class ScrapeClient : IDisposable
{
    private readonly Socket _socket;
    private readonly byte[] _request;
    private byte[] _answer = new byte[1 << 20];

    public ScrapeClient(Uri host, string accept)
    {
        _socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        _socket.Connect(host.Host, host.Port);
        _request = Encoding.ASCII.GetBytes($"GET /metrics HTTP/1.1\r\nHost: {host.Authority}\r\nAccept: {accept}\r\n\r\n");
    }

    /// <summary>Reads the page again and again, with pauses between, on a thread of its own.</summary>
    public Task<List<ScrapeTook>> RunAsync(TimeSpan time, TimeSpan pause)
    {
        var done = new TaskCompletionSource<List<ScrapeTook>>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
            try
            {
                var took = new List<ScrapeTook>();
                for (var clock = Stopwatch.StartNew(); clock.Elapsed < time;)
                {
                    took.Add(Read());
                    Thread.Sleep(pause);
                }

                done.SetResult(took);
            }
            catch (Exception e) when (e is SocketException or IOException or FormatException)
            {
                done.SetException(e);
            }
        })
        {
            IsBackground = true,
            Name = "scrape",
        }.Start();
        return done.Task;
    }

    public ScrapeTook Read()
    {
        var started = Stopwatch.GetTimestamp();
        _socket.Send(_request);
        var (length, head, whole) = (0, 0, int.MaxValue);
        var headers = "";
        while (length < whole)
        {
            if (length == _answer.Length)
                Array.Resize(ref _answer, 2 * length);
            var read = _socket.Receive(_answer.AsSpan(length));
            if (read == 0)
                throw new IOException("The host closed the connection.");
            length += read;
            if (head == 0 && _answer.AsSpan(0, length).IndexOf("\r\n\r\n"u8) is >= 0 and var at)
            {
                head = at + 4;
                headers = Encoding.ASCII.GetString(_answer, 0, head);
                whole = head + int.Parse(Header(headers, "Content-Length: ", '\r'), CultureInfo.InvariantCulture);
            }
        }

        var took = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        return new ScrapeTook(took, double.Parse(Header(headers, "dur=", '\r'), CultureInfo.InvariantCulture), Series(_answer.AsSpan(head, length - head)), length - head);
    }

    public void Dispose() => _socket.Dispose();

    private static string Header(string headers, string before, char end)
    {
        var at = headers.IndexOf(before, StringComparison.OrdinalIgnoreCase);
        return at < 0 ? throw new FormatException($"No {before} in {headers}") : headers[(at + before.Length)..headers.IndexOf(end, at)];
    }

    private static int Series(ReadOnlySpan<byte> page)
    {
        var series = 0;
        foreach (var line in page.Split((byte)'\n'))
        {
            if (!page[line].IsEmpty && page[line][0] != '#')
                series++;
        }

        return series;
    }
}
