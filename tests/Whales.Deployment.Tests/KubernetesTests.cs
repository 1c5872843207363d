using Whales.Contracts;
using Whales.Testing;

namespace Whales.Deployment.Tests;

/// <summary>deploy/kubernetes against the schemas that Kubernetes and KEDA publish, and against the rest of the repository.</summary>
public class KubernetesTests
{
    private static readonly string Folder = Documented.PathOf("deploy/kubernetes");
    private static readonly IReadOnlyList<string> Files = [.. Directory.GetFiles(Folder, "*.yaml").Where(file => Path.GetFileName(file) != "kustomization.yaml").Order(StringComparer.Ordinal)];
    private static readonly IReadOnlyList<YamlMap> Objects = [.. Files.SelectMany(Yaml.ReadAll)];

    private static IEnumerable<YamlMap> Containers => Objects.Where(o => o.Text("kind") == "Deployment").SelectMany(PodSpec).ToList();

    [Fact]
    public async Task Manifests_PassThePublishedSchemas()
    {
        var check = Path.Combine(Folder, "check");
        if (!File.Exists(Path.Combine(check, "node_modules", ".package-lock.json")))
            await RunAsync(check, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund");

        await RunAsync(check, ["node", "check.mjs", .. Files]);
    }

    [Fact]
    public void Kustomization_NamesEveryFile() =>
        Assert.Equal(Files.Select(file => Path.GetFileName(file)), Yaml.Read(Path.Combine(Folder, "kustomization.yaml")).Texts("resources").Order(StringComparer.Ordinal));

    [Fact]
    public void Containers_AreGivenOnlySettingsThatExist() => Assert.All(
        Containers.SelectMany(container => container.Maps("env")),
        variable => Assert.True(Documented.IsSetting(variable.Text("name")!), $"{variable.Text("name")} is not in docs/settings.md."));

    [Fact]
    public void Containers_AreUnprivileged_ProbedAndLimited() => Assert.All(Containers, container =>
    {
        Assert.Equal("true", container.Map("securityContext").Text("readOnlyRootFilesystem"));
        Assert.Equal("false", container.Map("securityContext").Text("allowPrivilegeEscalation"));
        Assert.Equal("/health/live", container.Map("livenessProbe").Map("httpGet").Text("path"));
        Assert.Equal("/health/ready", container.Map("readinessProbe").Map("httpGet").Text("path"));
        Assert.True(container.Map("startupProbe").Has("httpGet"));
        Assert.NotNull(container.Map("resources").Map("limits").Text("memory"));
    });

    [Fact]
    public void EveryDeployment_HasADisruptionBudget()
    {
        var deployments = Names("Deployment").Order(StringComparer.Ordinal);

        Assert.Equal(deployments, Names("PodDisruptionBudget").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void EveryModel_IsServed_AndScaledByItsOwnQueues()
    {
        foreach (var model in Documented.Models)
        {
            var name = $"worker-{model.Replace('_', '-')}";
            var deployment = Objects.Single(o => o.Text("kind") == "Deployment" && o.Map("metadata").Text("name") == name);
            var scaled = Objects.Single(o => o.Text("kind") == "ScaledObject" && o.Map("metadata").Text("name") == name);

            Assert.Contains(PodSpec(deployment).Single().Maps("env"), e => e.Text("name") == "Models__Serve__0" && e.Text("value") == model);
            Assert.Equal(name, scaled.Map("spec").Map("scaleTargetRef").Text("name"));
            Assert.Equal(
                [Contracts.Names.Queue(model), Contracts.Names.BulkQueue(model)],
                scaled.Map("spec").Maps("triggers").Where(t => t.Text("type") == "rabbitmq").Select(t => t.Map("metadata").Text("queueName")));
            Assert.Contains(
                $"whales_queue_expected_drain_seconds{{model=\"{model}\"}}",
                scaled.Map("spec").Maps("triggers").Single(t => t.Text("type") == "prometheus").Map("metadata").Text("query"),
                StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Images_AreThoseOfCompose()
    {
        var compose = Yaml.Read(Documented.PathOf("docker-compose.yml")).Map("services");
        var built = compose.Keys.Select(name => compose.Map(name)).Where(s => s.Has("build")).Select(s => s.Text("image")!.Split(':')[0]).ToHashSet();

        Assert.All(Containers, container => Assert.Contains(container.Text("image")!, built));
    }

    private static IEnumerable<string> Names(string kind) => Objects.Where(o => o.Text("kind") == kind).Select(o => o.Map("metadata").Text("name")!);

    private static IReadOnlyList<YamlMap> PodSpec(YamlMap deployment) => deployment.Map("spec").Map("template").Map("spec").Maps("containers");

    private static async Task RunAsync(string folder, params string[] command)
    {
        using var process = ChildProcess.Start(command, workingDirectory: folder);
        var code = await process.WaitForExitAsync(TimeSpan.FromMinutes(3));
        Assert.True(code == 0, process.OutputTail());
    }
}
