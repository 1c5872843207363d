namespace Whales.Testing.Monitoring;

/// <summary>A real Alertmanager with a configuration of the test's making.</summary>
public sealed class AlertmanagerServer : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("whales-alertmanager-");
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(30) };
    private ChildProcess? _process;

    private AlertmanagerServer() => Url = new Uri($"http://127.0.0.1:{FreePort.Next()}/");

    public Uri Url { get; }

    /// <summary>Starts a server.</summary>
    /// <param name="configuration">The text of alertmanager.yml; null: that of monitoring/, whose receivers do not exist here.</param>
    public static async Task<AlertmanagerServer> StartAsync(string? configuration = null)
    {
        var server = new AlertmanagerServer();
        try
        {
            var file = Path.Combine(server._folder.FullName, "alertmanager.yml");
            await File.WriteAllTextAsync(file, configuration ?? await File.ReadAllTextAsync(MonitoringFiles.AlertmanagerFile));
            server._process = ChildProcess.Start(
            [
                "prometheus-alertmanager", $"--config.file={file}", $"--storage.path={server._folder.FullName}/data",
                $"--web.listen-address={server.Url.Authority}", "--cluster.listen-address=", "--log.level=warn",
            ]);
            await Eventually.UntilAsync(server.IsReadyAsync, TimeSpan.FromSeconds(60), () => $"Alertmanager on {server.Url} is ready.\n{server._process.OutputTail()}");
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync()
    {
        _process?.Dispose();
        _http.Dispose();
        _folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    private async Task<bool> IsReadyAsync()
    {
        if (_process!.HasExited)
            throw new InvalidOperationException($"Alertmanager ended (the Debian package prometheus-alertmanager has it). Its output ends:\n{_process.OutputTail()}");
        try
        {
            using var answer = await _http.GetAsync(new Uri(Url, "-/ready"));
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
