using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Whales.Testing.Monitoring;

/// <summary>
/// A real Prometheus with the configuration and the rules of monitoring/, in which only host names and intervals are replaced: it asks and
/// evaluates every second.
/// </summary>
public sealed partial class PrometheusServer : IAsyncDisposable
{
    // Nothing listens there: what a test does not start is down.
    private const string Nowhere = "127.0.0.1:9";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("whales-prometheus-");
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(30) };
    private ChildProcess? _process;

    private PrometheusServer() => Url = new Uri($"http://127.0.0.1:{FreePort.Next()}/");

    public Uri Url { get; }

    /// <summary>Starts a server.</summary>
    /// <param name="hosts">Where the services of docker-compose are, such as api, rabbitmq, alertmanager; what is missing is down.</param>
    /// <param name="workers">The workers.</param>
    /// <param name="hasty">Alerts that fire after five seconds, whatever <c>for</c> they have.</param>
    public static async Task<PrometheusServer> StartAsync(IReadOnlyDictionary<string, Uri> hosts, IReadOnlyList<Uri> workers, params string[] hasty)
    {
        var server = new PrometheusServer();
        try
        {
            server.WriteFiles(hosts, workers, hasty);
            server._process = ChildProcess.Start(
            [
                "prometheus", $"--config.file={server.FileOf("prometheus.yml")}", $"--storage.tsdb.path={server.FileOf("data")}",
                $"--web.listen-address={server.Url.Authority}", "--enable-feature=exemplar-storage", "--log.level=warn",
            ]);
            await Eventually.UntilAsync(server.IsReadyAsync, TimeSpan.FromSeconds(60), () => $"Prometheus on {server.Url} is ready.\n{server._process.OutputTail()}");
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>The values of an expression now, without those that are no number.</summary>
    /// <exception cref="InvalidOperationException">Prometheus refused the expression.</exception>
    public async Task<IReadOnlyList<double>> QueryAsync(string expression)
    {
        using var form = new FormUrlEncodedContent([new("query", expression)]);
        using var response = await _http.PostAsync(new Uri(Url, "api/v1/query"), form);
        var body = await response.Content.ReadFromJsonAsync<JsonElement>();
        if (!response.IsSuccessStatusCode)
            throw new InvalidOperationException($"{expression}: {body}");
        return
        [
            .. from series in body.GetProperty("data").GetProperty("result").EnumerateArray()
               let number = double.Parse(series.GetProperty("value")[1].GetString()!.Replace("Inf", "Infinity", StringComparison.Ordinal), CultureInfo.InvariantCulture)
               where !double.IsNaN(number)
               select number,
        ];
    }

    /// <summary>Names of the alerts that fire.</summary>
    public async Task<IReadOnlyList<string>> FiringAsync()
    {
        var body = await _http.GetFromJsonAsync<JsonElement>(new Uri(Url, "api/v1/alerts"));
        return
        [
            .. from alert in body.GetProperty("data").GetProperty("alerts").EnumerateArray()
               where alert.GetProperty("state").GetString() == "firing"
               select alert.GetProperty("labels").GetProperty("alertname").GetString()!,
        ];
    }

    /// <summary>Waits until every target of a job answers, and one evaluation of the rules has seen it.</summary>
    public Task WaitForUpAsync(string job) => Eventually.UntilAsync(
        async () => await QueryAsync($"up{{job=\"{job}\"}}") is { Count: > 0 } up && up.All(value => value == 1)
            && (await QueryAsync("min(prometheus_rule_group_iterations_total)")).Any(count => count > 1),
        TimeSpan.FromMinutes(2), () => $"every target of {job} is up");

    /// <summary>Rules that could not be evaluated, each with its error.</summary>
    public async Task<IReadOnlyList<string>> BrokenRulesAsync()
    {
        var body = await _http.GetFromJsonAsync<JsonElement>(new Uri(Url, "api/v1/rules"));
        return
        [
            .. from ruleGroup in body.GetProperty("data").GetProperty("groups").EnumerateArray()
               from rule in ruleGroup.GetProperty("rules").EnumerateArray()
               where rule.GetProperty("health").GetString() == "err"
               select $"{rule.GetProperty("name")}: {rule.GetProperty("lastError")}",
        ];
    }

    public ValueTask DisposeAsync()
    {
        _process?.Dispose();
        _http.Dispose();
        _folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    private void WriteFiles(IReadOnlyDictionary<string, Uri> hosts, IReadOnlyList<Uri> workers, IReadOnlyList<string> hasty)
    {
        var config = File.ReadAllText(Path.Combine(MonitoringFiles.PrometheusFolder, "prometheus.yml"));
        config = Interval().Replace(config, "${1}1s");
        config = Target().Replace(config, match =>
            match.Groups[1].Value == "prometheus" ? $"\"{Url.Authority}\"" : $"\"{(hosts.TryGetValue(match.Groups[1].Value, out var host) ? host.Authority : Nowhere)}\"");
        File.WriteAllText(FileOf("prometheus.yml"), config);

        var rules = Directory.CreateDirectory(FileOf("rules"));
        foreach (var file in Directory.EnumerateFiles(Path.Combine(MonitoringFiles.PrometheusFolder, "rules")))
            File.WriteAllText(Path.Combine(rules.FullName, Path.GetFileName(file)), For().Replace(
                File.ReadAllText(file), match => hasty.Contains(match.Groups["alert"].Value) ? $"{match.Groups["head"].Value}5s" : match.Value));
        var targets = Directory.CreateDirectory(FileOf("targets"));
        File.WriteAllText(
            Path.Combine(targets.FullName, "workers.yml"), workers.Count == 0 ? "[]" : $"- targets: [{string.Join(", ", workers.Select(worker => $"\"{worker.Authority}\""))}]");
    }

    private string FileOf(string name) => Path.Combine(_folder.FullName, name);

    private async Task<bool> IsReadyAsync()
    {
        if (_process!.HasExited)
            throw new InvalidOperationException($"Prometheus ended (the Debian package prometheus has it). Its output ends:\n{_process.OutputTail()}");
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

    [GeneratedRegex(@"(?<head>- alert: (?<alert>\w+)\n(?:(?! *- alert:).*\n)*? +for: )\w+")]
    private static partial Regex For();

    [GeneratedRegex(@"((?:scrape|evaluation)_interval: )\d+s")]
    private static partial Regex Interval();

    [GeneratedRegex("\"([a-z]+):[0-9]+\"")]
    private static partial Regex Target();
}
