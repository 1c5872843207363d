using System.Text.RegularExpressions;
using Whales.Testing;

namespace Whales.Deployment.Tests;

/// <summary>What monitoring/ says of docker-compose.yml, and the other way round.</summary>
public sealed partial class MonitoringInComposeTests : IDisposable
{
    private static readonly YamlMap Services = Yaml.Read(Documented.PathOf("docker-compose.yml")).Map("services");

    private readonly string _folder = Directory.CreateTempSubdirectory("whales-compose-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void EveryTargetOfPrometheus_IsAServiceThatHasThatPort()
    {
        var files = new[] { "monitoring/prometheus/prometheus.yml", "monitoring/prometheus/targets/workers.yml", "monitoring/grafana/provisioning/datasources/prometheus.yml" };
        var targets = files.SelectMany(file => TargetPattern().Matches(File.ReadAllText(Documented.PathOf(file)))).Select(match => (Host: match.Groups[1].Value, Port: match.Groups[2].Value))
            .Where(target => target.Host != "localhost").ToList();

        Assert.Contains(("api", "8000"), targets);
        Assert.Contains(targets, target => target.Host.StartsWith("worker-", StringComparison.Ordinal));
        Assert.All(targets, target =>
        {
            Assert.True(Services.Has(target.Host), $"There is no service {target.Host}.");
            Assert.Contains(target.Port, Services.Map(target.Host).Texts("ports").Select(port => port.Split(':')[^1]));
            Assert.Contains("monitoring", Services.Map(target.Host).Texts("networks"));
        });
    }

    [Fact]
    public void EveryWorker_IsATargetOfPrometheus()
    {
        var targets = File.ReadAllText(Documented.PathOf("monitoring/prometheus/targets/workers.yml"));
        var workers = Services.Keys.Where(name => name.StartsWith("worker-", StringComparison.Ordinal) && !Services.Map(name).Has("profiles"));

        Assert.All(workers, name => Assert.Contains($"- {name}:{Services.Map(name).Texts("ports").Single().Split(':')[^1]}", targets, StringComparison.Ordinal));
    }

    [Fact]
    public void EveryReceiverOfAlertmanager_IsTheNotifiersPort()
    {
        var urls = WebhookPattern().Matches(File.ReadAllText(Documented.PathOf("monitoring/alertmanager/alertmanager.yml"))).Select(match => match.Groups[1].Value).ToList();

        Assert.NotEmpty(urls);
        Assert.All(urls, host => Assert.Equal("notifier:8085", host));
        Assert.EndsWith(":8085", Services.Map("notifier").Texts("ports").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public void MonitoringFiles_LieWhereTheServersLookForThem()
    {
        Assert.Contains("--config.file=/etc/prometheus/prometheus.yml", Services.Map("prometheus").Texts("command"));
        Assert.True(File.Exists(Mounted("prometheus", "/etc/prometheus/prometheus.yml")));
        Assert.True(File.Exists(Mounted("alertmanager", "/etc/alertmanager/alertmanager.yml")));
        Assert.True(File.Exists(Mounted("alertmanager", Services.Map("alertmanager").Texts("entrypoint")[1])));
        // What Grafana is given names a folder with dashboards.
        var provider = File.ReadAllText(Mounted("grafana", "/etc/grafana/provisioning/dashboards/dashboards.yml"));
        var dashboards = Regex.Match(provider, @"path: (\S+)").Groups[1].Value;
        Assert.NotEmpty(Directory.GetFiles(Mounted("grafana", dashboards), "*.json"));
    }

    [Fact]
    public void Monitoring_IsAProfile_AndNothingElseIs() =>
        Assert.Equal(
            ["alertmanager", "grafana", "notifier", "prometheus"],
            Services.Keys.Where(name => Services.Map(name).Texts("profiles").Contains("monitoring")).Order(StringComparer.Ordinal));

    [Fact]
    public async Task Alertmanager_Starts_WithTheTokensOfItsEnvironment()
    {
        var (code, output) = await StartAlertmanagerAsync(new() { ["NOTIFIER_WEBHOOK_TOKEN"] = "secret-1", ["TELEGRAM_BOT_TOKEN"] = "42:abc-DEF", ["TELEGRAM_CHAT_ID"] = "-100200" });

        Assert.True(code == 0, output);
        Assert.Equal($"--config.file={_folder}/alertmanager.yml --web.external-url=http://here\n", output);
        Assert.Equal("secret-1", await File.ReadAllTextAsync(Path.Combine(_folder, "notifier_webhook_token"), TestContext.Current.CancellationToken));
        var file = await File.ReadAllTextAsync(Path.Combine(_folder, "alertmanager.yml"), TestContext.Current.CancellationToken);
        Assert.Contains("bot_token: \"42:abc-DEF\"", file, StringComparison.Ordinal);
        Assert.Contains("chat_id: -100200", file, StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(_folder, "alertmanager.yml")));
        using var check = ChildProcess.Start(["amtool", "check-config", Path.Combine(_folder, "alertmanager.yml")]);
        Assert.True(await check.WaitForExitAsync(TimeSpan.FromMinutes(1)) == 0, check.OutputTail());
    }

    [Fact]
    public async Task Alertmanager_WithoutABot_HasOurFileAsItIs()
    {
        var (code, output) = await StartAlertmanagerAsync(new() { ["NOTIFIER_WEBHOOK_TOKEN"] = "secret-1", ["TELEGRAM_BOT_TOKEN"] = "", ["TELEGRAM_CHAT_ID"] = "" });

        Assert.True(code == 0, output);
        Assert.Equal(
            await File.ReadAllTextAsync(Documented.PathOf("monitoring/alertmanager/alertmanager.yml"), TestContext.Current.CancellationToken),
            await File.ReadAllTextAsync(Path.Combine(_folder, "alertmanager.yml"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Alertmanager_WithoutTheNotifiersToken_DoesNotStart()
    {
        var (code, output) = await StartAlertmanagerAsync(new() { ["NOTIFIER_WEBHOOK_TOKEN"] = null });

        Assert.NotEqual(0, code);
        Assert.Contains("NOTIFIER_WEBHOOK_TOKEN", output, StringComparison.Ordinal);
    }

    private async Task<(int Code, string Output)> StartAlertmanagerAsync(Dictionary<string, string?> environment)
    {
        var settings = new Dictionary<string, string?>(environment) { ["ALERTMANAGER_FOLDER"] = Documented.PathOf("monitoring/alertmanager"), ["SECRETS_FOLDER"] = _folder };
        using var process = ChildProcess.Start(["sh", Documented.PathOf("monitoring/alertmanager/start.sh"), "echo", "--web.external-url=http://here"], settings);
        var code = await process.WaitForExitAsync(TimeSpan.FromMinutes(1));
        return (code, string.Concat(process.Output.Select(line => line + "\n")));
    }

    /// <summary>Our file behind a path of a container.</summary>
    private static string Mounted(string service, string path)
    {
        var mount = Services.Map(service).Texts("volumes").Select(volume => volume.Split(':')).Single(parts => path.StartsWith(parts[1], StringComparison.Ordinal));
        Assert.StartsWith("./monitoring/", mount[0], StringComparison.Ordinal);
        return Documented.PathOf(mount[0] + path[mount[1].Length..]);
    }

    [GeneratedRegex(@"(?:- |[""/])([a-z][a-z0-9-]*):([0-9]{4,5})\b")]
    private static partial Regex TargetPattern();

    [GeneratedRegex(@"url: ""?http://([^/]+)/webhook")]
    private static partial Regex WebhookPattern();
}
