using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Whales.Testing;

namespace Whales.Deployment.Tests;

/// <summary>docker-compose.yml says what the hosts, the model folder and monitoring/ are: each difference is an outage at somebody else's.</summary>
public sealed partial class ComposeTests : IDisposable
{
    private static readonly YamlMap Compose = Yaml.Read(Documented.PathOf("docker-compose.yml"));
    private static readonly YamlMap Services = Compose.Map("services");

    private readonly string _folder = Directory.CreateTempSubdirectory("whales-compose-").FullName;

    public static TheoryData<string> ServiceNames => [.. Services.Keys];

    public static TheoryData<string> HostNames => [.. Services.Keys.Where(IsHost)];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(ServiceNames))]
    public void Service_IsPinnedCheckedLimitedAndRestarted(string name)
    {
        var service = Services.Map(name);

        Assert.Matches(@"^[a-z0-9./-]+:(v?\d+(\.\d+)+[a-z0-9.-]*(@sha256:[0-9a-f]{64})?|\$\{WHALES_VERSION:-1\})$", service.Text("image"));
        Assert.NotEmpty(service.Map("healthcheck").Texts("test"));
        Assert.NotNull(service.Map("deploy").Map("resources").Map("limits").Text("memory"));
        Assert.NotNull(service.Map("deploy").Map("resources").Map("limits").Text("cpus"));
        Assert.Equal("unless-stopped", service.Text("restart"));
        Assert.NotEmpty(service.Texts("networks"));
        Assert.Equal(["no-new-privileges:true"], service.Texts("security_opt"));
    }

    [Theory]
    [MemberData(nameof(HostNames))]
    public void Host_RunsReadOnly_FromATargetOfTheDockerfile_AsLongAsItsDrain(string name)
    {
        var service = Services.Map(name);

        Assert.Contains(service.Map("build").Text("target")!, Documented.Targets);
        Assert.Equal("true", service.Text("read_only"));
        Assert.Equal(["ALL"], service.Texts("cap_drop"));
        Assert.Equal("60s", service.Text("stop_grace_period"));
    }

    [Theory]
    [MemberData(nameof(HostNames))]
    public void Host_IsGivenOnlySettingsThatExist(string name) =>
        Assert.All(Services.Map(name).Map("environment").Keys, variable => Assert.True(Documented.IsSetting(variable), $"{variable} is not in docs/settings.md."));

    [Theory]
    [MemberData(nameof(HostNames))]
    public void PublishedPort_IsTheOneThatTheImageListensOn(string name)
    {
        var target = Services.Map(name).Map("build").Text("target")!;
        var stage = Regex.Match(File.ReadAllText(Documented.PathOf("Dockerfile")), $@"AS {target}\r?\n(.*?)(\nFROM|\z)", RegexOptions.Singleline).Groups[1].Value;
        var listens = Regex.Match(stage, @"ASPNETCORE_URLS=http://\*:(\d+)").Groups[1].Value;

        Assert.All(Services.Map(name).Texts("ports"), port => Assert.EndsWith($":{listens}", port, StringComparison.Ordinal));
    }

    [Fact]
    public void Ports_AreThoseOfTheDesign_OnLoopback()
    {
        var published = Services.Keys.SelectMany(name => Services.Map(name).Texts("ports")).ToList();

        Assert.All(published, port => Assert.StartsWith("${BIND:-127.0.0.1}:", port, StringComparison.Ordinal));
        string[] expected =
        [
            "8000", .. Documented.Models.Select((_, index) => $"{8001 + index}"), "8085", "9090", "9093", "3000", "3001", "5672", "15672", "15692",
        ];
        Assert.Equal(expected.Order(), published.Select(port => port.Split(':')[^2]).Order());
    }

    [Fact]
    public void EveryModel_HasAWorker_OnTheNextPort()
    {
        var ports = Services.Keys.Where(name => name.StartsWith("worker-", StringComparison.Ordinal) && !Services.Map(name).Has("profiles"))
            .ToDictionary(name => Services.Map(name).Map("environment").Text("Models__Serve__0")!, name => Services.Map(name).Texts("ports").Single().Split(':')[^2]);

        Assert.Equal(Documented.Models.Select((model, index) => KeyValuePair.Create(model, $"{8001 + index}")), ports.OrderBy(pair => pair.Key, StringComparer.Ordinal));
    }

    [Fact]
    public void MountedFiles_AreThere()
    {
        var mounts = Services.Keys.SelectMany(name => Services.Map(name).Texts("volumes")).Where(volume => volume.StartsWith("./", StringComparison.Ordinal));

        Assert.All(mounts, volume =>
        {
            var path = Documented.PathOf(volume.Split(':')[0]);
            Assert.True(Path.Exists(path), $"{path} is not there.");
            Assert.EndsWith(":ro", volume, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void Volumes_AreNamedOnce()
    {
        var used = Services.Keys.SelectMany(name => Services.Map(name).Texts("volumes")).Select(volume => volume.Split(':')[0])
            .Where(volume => !volume.StartsWith('.')).Distinct().Order();

        Assert.Equal(Compose.Map("volumes").Keys.Order(), used);
    }

    [Fact]
    public async Task Config_Passes_WithWhatMakeEnvWrites()
    {
        var env = Path.Combine(_folder, ".env");
        var made = await RunAsync("bash", Documented.PathOf("scripts/make-env.sh"), env);
        var first = await File.ReadAllTextAsync(env, TestContext.Current.CancellationToken);
        var again = await RunAsync("bash", Documented.PathOf("scripts/make-env.sh"), env);
        var config = await RunAsync("docker-compose", "--env-file", env, "-f", Documented.PathOf("docker-compose.yml"), "config", "-q");

        Assert.Equal(0, made.Code);
        Assert.Equal(0, again.Code);
        Assert.Equal(first, await File.ReadAllTextAsync(env, TestContext.Current.CancellationToken));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(env));
        Assert.True(config.Code == 0, config.Output);
        // Every password is random and long, a bot is somebody's own, and every name that compose asks for is written.
        Assert.All(PasswordPattern().Matches(first), match => Assert.Matches("^[0-9a-f]{48}$", match.Groups[1].Value));
        Assert.Contains("\nTELEGRAM_BOT_TOKEN=\n", first, StringComparison.Ordinal);
        var asked = AskedPattern().Matches(await File.ReadAllTextAsync(Documented.PathOf("docker-compose.yml"), TestContext.Current.CancellationToken));
        Assert.All(asked.Select(match => match.Groups[1].Value).Distinct(), name => Assert.Contains($"\n{name}=", first, StringComparison.Ordinal));
    }

    [Fact]
    public async Task MakeEnv_WritesKeys_AndTheirLinesForTheApi()
    {
        var env = Path.Combine(_folder, ".env");
        await RunAsync("bash", Documented.PathOf("scripts/make-env.sh"), env);
        var values = (await File.ReadAllLinesAsync(env, TestContext.Current.CancellationToken))
            .Where(line => !line.StartsWith('#')).Select(line => line.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);

        var (own, notifiers) = (values["WHALES_API_KEY"], values["NOTIFIER_API_KEY"]);

        Assert.Matches("^whales_[0-9a-f]{64}$", own);
        Assert.Matches("^whales_[0-9a-f]{64}$", notifiers);
        Assert.Equal($"whales:submit,curate,operate:{Sha256(own)};notifier:submit:{Sha256(notifiers)}", values["API_KEYS"]);

        static string Sha256(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }

    [Fact]
    public async Task Config_WithoutPasswords_NamesTheScript()
    {
        var empty = Path.Combine(_folder, "empty.env");
        await File.WriteAllTextAsync(empty, "", TestContext.Current.CancellationToken);

        var config = await RunAsync("docker-compose", "--env-file", empty, "-f", Documented.PathOf("docker-compose.yml"), "config", "-q");

        Assert.NotEqual(0, config.Code);
        Assert.Contains("run scripts/make-env.sh first", config.Output, StringComparison.Ordinal);
    }

    private static bool IsHost(string name) => Services.Map(name).Has("build");

    private static async Task<(int Code, string Output)> RunAsync(params string[] command)
    {
        using var process = ChildProcess.Start(command);
        var code = await process.WaitForExitAsync(TimeSpan.FromMinutes(1));
        return (code, process.OutputTail());
    }

    [GeneratedRegex(@"^(?!TELEGRAM_)\w+_(?:PASSWORD|TOKEN)=(.*)$", RegexOptions.Multiline)]
    private static partial Regex PasswordPattern();

    [GeneratedRegex(@"\$\{(\w+):\?")]
    private static partial Regex AskedPattern();
}
