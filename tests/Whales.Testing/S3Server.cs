using System.Net;

namespace Whales.Testing;

/// <summary>
/// A real S3 server of others (s3rver, from npm) on a free loopback port, with a folder of its own. It knows its
/// key by name and checks the form of signatures, not their value. Its packages are restored when this project is built.
/// </summary>
public sealed class S3Server : IAsyncDisposable
{
    public const string Bucket = "whale-photos";

    /// <summary>Key id and secret that s3rver knows.</summary>
    public const string Key = "S3RVER";

    private static readonly string Program = Path.Combine(Repository.Root, "tests", "s3rver", "node_modules", "s3rver", "bin", "s3rver.js");

    private readonly string _folder;
    private readonly int _port;
    private ChildProcess _process;

    private S3Server(ChildProcess process, string folder, int port)
    {
        _process = process;
        _folder = folder;
        _port = port;
    }

    /// <summary>Where it listens.</summary>
    public Uri Url => new($"http://127.0.0.1:{_port}/");

    /// <summary>Settings of a host that keeps its photos here, as environment variables.</summary>
    public Dictionary<string, string?> Environment => new()
    {
        ["ImageStore__Kind"] = "S3",
        ["ImageStore__S3__Endpoint"] = Url.ToString(),
        ["ImageStore__S3__Bucket"] = Bucket,
        ["ImageStore__S3__PathStyle"] = "true",
        ["ImageStore__S3__AccessKey"] = Key,
        ["ImageStore__S3__SecretKey"] = Key,
    };

    public static async Task<S3Server> StartAsync()
    {
        if (!File.Exists(Program))
            throw new InvalidOperationException("The S3 server is missing. Run `npm ci --ignore-scripts` in tests/s3rver, or build tests/Whales.Testing again.");
        var folder = Directory.CreateTempSubdirectory("whales-s3-").FullName;
        var port = FreePort.Next();
        var server = new S3Server(Launch(folder, port), folder, port);
        try
        {
            await server.WaitAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends it at once; objects stay.</summary>
    public async Task KillAsync()
    {
        _process.Send(Signal.Kill);
        await _process.WaitForExitAsync(TimeSpan.FromSeconds(30));
    }

    /// <summary>Starts it again on the same port and folder.</summary>
    public async Task StartAgainAsync()
    {
        _process.Dispose();
        _process = Launch(_folder, _port);
        await WaitAsync();
    }

    public ValueTask DisposeAsync()
    {
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    private static ChildProcess Launch(string folder, int port) => ChildProcess.Start(
        // Its tokens for the next page of a list are made with DES.
        ["node", "--openssl-legacy-provider", Program, "--directory", folder, "--address", "127.0.0.1", "--port", $"{port}", "--silent", "--no-vhost-buckets", "--configure-bucket", Bucket],
        new Dictionary<string, string?> { ["NODE_OPTIONS"] = null });

    private async Task WaitAsync()
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        await Eventually.UntilAsync(
            async () =>
            {
                if (_process.HasExited)
                    throw new InvalidOperationException($"s3rver ended:\n{_process.OutputTail()}");
                try
                {
                    // Refused for want of a signature: it answers.
                    using var answer = await http.GetAsync(new Uri(Url, Bucket));
                    return answer.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.OK;
                }
                catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException)
                {
                    return false;
                }
            },
            TimeSpan.FromSeconds(60), () => $"s3rver answers on {Url}; its output: {_process.OutputTail()}");
    }
}
