using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using Whales.Testing.Monitoring;

namespace Whales.Testing;

/// <summary>
/// A real Alertmanager of the test's own, on a free loopback port and with a folder of its own. It ends with this process, however
/// that ends. Without a configuration it keeps alerts and silences and tells nobody.
/// </summary>
public sealed partial class AlertmanagerServer : IAsyncDisposable
{
    private const string Missing =
        "Alertmanager was not found. Install the Debian package `prometheus-alertmanager`, or put a program `alertmanager` into the PATH.";

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(20);

    private readonly string _program;
    private readonly DirectoryInfo _folder;
    private readonly int _port;
    private readonly HttpClient _http = new();
    private ChildProcess? _process;

    private AlertmanagerServer(string program, DirectoryInfo folder, int port)
    {
        _program = program;
        _folder = folder;
        _port = port;
        Url = new Uri($"http://127.0.0.1:{port}");
    }

    public Uri Url { get; }

    /// <summary>Starts one and waits until it is ready.</summary>
    /// <param name="configuration">alertmanager.yml; null: one receiver that does nothing.</param>
    public static async Task<AlertmanagerServer> StartAsync(string? configuration = null)
    {
        var program = FindProgram() ?? throw new InvalidOperationException(Missing);
        var server = new AlertmanagerServer(program, Directory.CreateTempSubdirectory("whales-alertmanager-"), FreePort.Next());
        await File.WriteAllTextAsync(server.ConfigurationFile, configuration ?? "route: { receiver: nobody }\nreceivers: [ { name: nobody } ]\n");
        try
        {
            await server.StartAgainAsync();
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }

        return server;
    }

    /// <summary>
    /// A configuration that sends every group to <paramref name="webhook"/> at once, and changes as soon as Alertmanager can (1 s).
    /// </summary>
    public static string SendingTo(Uri webhook, string bearerToken, string groupBy = "alertname, component, model", string repeatInterval = "1h") => $$"""
        route:
          receiver: notifier
          group_by: [{{groupBy}}]
          group_wait: 0s
          group_interval: 1s
          repeat_interval: {{repeatInterval}}
        receivers:
          - name: notifier
            webhook_configs:
              - url: "{{webhook}}"
                send_resolved: true
                http_config:
                  authorization: { type: Bearer, credentials: "{{bearerToken}}" }

        """;

    /// <summary>Our own configuration with its routes and inhibitions, sending to <paramref name="notifier"/>; groups wait a second.</summary>
    public static string OurRoutesTo(Uri notifier, string bearerToken) => GroupTimes().Replace(
        File.ReadAllText(MonitoringFiles.AlertmanagerFile)
            .Replace("http://notifier:8085/", notifier.AbsoluteUri, StringComparison.Ordinal)
            .Replace("credentials_file: /run/secrets/notifier_webhook_token", $"credentials: {bearerToken}", StringComparison.Ordinal),
        "${1}1s");

    /// <summary>After <see cref="StopAsync"/>: on the same port, with the silences and alerts it had written down.</summary>
    public async Task StartAgainAsync()
    {
        _process = ChildProcess.Start(
        [
            _program, $"--config.file={ConfigurationFile}", $"--storage.path={_folder.FullName}", $"--web.listen-address=127.0.0.1:{_port}",
            "--cluster.listen-address=", $"--web.external-url={Url}", "--log.level=info",
        ]);
        var process = _process;
        await Eventually.UntilAsync(
            async () =>
            {
                if (process.HasExited)
                    throw new InvalidOperationException($"Alertmanager did not start: {process.OutputTail()}");
                return await IsReadyAsync();
            },
            StartLimit, () => $"Alertmanager is ready. It said:\n{process.OutputTail(10)}");
    }

    /// <summary>Ends it in good order: it writes its silences down.</summary>
    public async Task StopAsync()
    {
        if (_process is not { } process)
            return;
        _process = null;
        process.Send(Signal.Terminate);
        await process.WaitForExitAsync(StopLimit);
        process.Dispose();
    }

    /// <summary>Makes an alert fire (until <paramref name="endsAt"/>, an hour from now by default; a time gone by resolves it).</summary>
    public async Task PostAlertAsync(
        IReadOnlyDictionary<string, string> labels, IReadOnlyDictionary<string, string>? annotations = null,
        DateTimeOffset? startsAt = null, DateTimeOffset? endsAt = null)
    {
        var alert = new
        {
            labels,
            annotations = annotations ?? new Dictionary<string, string>(),
            startsAt = startsAt ?? DateTimeOffset.UtcNow.AddMinutes(-2),
            endsAt = endsAt ?? DateTimeOffset.UtcNow.AddHours(1),
            generatorURL = "http://127.0.0.1:9090/graph?g0.expr=up",
        };
        // With a length: Alertmanager's API takes no chunked body.
        using var content = JsonContent.Create(new[] { alert });
        await content.LoadIntoBufferAsync();
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var answer = await _http.PostAsync(new Uri(Url, "/api/v2/alerts"), content);
        if (!answer.IsSuccessStatusCode)
            throw new InvalidOperationException($"Alertmanager refused an alert: {await answer.Content.ReadAsStringAsync()}");
    }

    public async ValueTask DisposeAsync()
    {
        _process?.Dispose();
        _http.Dispose();
        try
        {
            _folder.Delete(recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
        }

        await Task.CompletedTask;
    }

    private string ConfigurationFile => Path.Combine(_folder.FullName, "alertmanager.yml");

    private async Task<bool> IsReadyAsync()
    {
        try
        {
            using var answer = await _http.GetAsync(new Uri(Url, "/-/ready"));
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    [GeneratedRegex(@"(group_(?:wait|interval): )\w+")]
    private static partial Regex GroupTimes();

    private static string? FindProgram() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/bin")
            .SelectMany(folder => (string[])[Path.Combine(folder, "prometheus-alertmanager"), Path.Combine(folder, "alertmanager")])
            .FirstOrDefault(File.Exists);
}
