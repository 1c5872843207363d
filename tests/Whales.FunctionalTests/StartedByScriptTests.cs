using System.Text.Json;
using System.Text.RegularExpressions;
using Whales.Contracts;
using Whales.FunctionalTests.Running;
using Whales.Testing;

namespace Whales.FunctionalTests;

/// <summary>The commands of README bring up what they say, and the lines that they print work as they stand.</summary>
public sealed class StartedByScriptTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Run_Twice_AnswersTheSampleAndKeepsItsAnswer()
    {
        var port = FreePort.Next();

        var answer = await RunAsync(port, async lines => JsonSerializer.Deserialize<Identification>(await OutputAsync(lines[0]), JsonSerializerOptions.Web)!);
        var listed = await RunAsync(port, async lines => await OutputAsync(lines[1]));

        Assert.Equal(IdentificationStatus.Succeeded, answer.Status);
        Assert.Equal(5, answer.Result!.Candidates.Count);
        Assert.Contains($"{answer.Id}", listed, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stack_ItsBrokerStoppedAndStarted_AnswersWhatWasPostedMeanwhile()
    {
        // PostgreSQL does not run as root, and its own account must come as far as its folder.
        Directory.CreateDirectory(_folder.Path("run"));
        File.SetUnixFileMode(_folder.Path("."), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        TestPictures.WriteQuickModel(Directory.CreateDirectory(_folder.Path("models")).FullName);
        // The API's, and the next one for the worker of the only model.
        var port = FreePort.First(2);
        var environment = new Dictionary<string, string?>
        {
            ["WHALES_RUN"] = _folder.Path("run"),
            ["WHALES_MODELS"] = _folder.Path("models"),
            ["WHALES_PORT"] = $"{port}",
            ["Inference__BatchSize"] = "1",
            ["Inference__Sessions"] = "1",
        };
        foreach (var name in new[] { "AMQP", "EPMD", "RABBITMQ_DIST", "RABBITMQ_UI", "RABBITMQ_METRICS", "POSTGRES", "NOTIFIER", "PROMETHEUS", "ALERTMANAGER" })
            environment[$"WHALES_{name}_PORT"] = $"{FreePort.Next()}";
        try
        {
            var (up, said) = await StackAsync(environment, "up");
            Assert.True(up == 0, said);
            await OutputAsync(PrintedLines(said.Split('\n'), port)[0]);
            var (healthy, parts) = await StackAsync(environment, "status");
            Assert.True(healthy == 0, parts);
            Assert.All(parts.Split('\n'), part => Assert.EndsWith(": healthy", part, StringComparison.Ordinal));
            Assert.Contains($"worker-{TestPictures.QuickModel}: healthy", parts, StringComparison.Ordinal);

            Assert.Equal(0, (await StackAsync(environment, "stop", "rabbitmq")).Code);
            using var client = new ApiClient(new Uri($"http://127.0.0.1:{port}"));
            var accepted = await client.SubmitAsync(TestPictures.Red, TestPictures.QuickModel);
            var (unwell, without) = await StackAsync(environment, "status");
            Assert.Equal(1, unwell);
            Assert.Contains("rabbitmq: stopped", without, StringComparison.Ordinal);

            Assert.Equal(0, (await StackAsync(environment, "start", "rabbitmq")).Code);
            Assert.Equal(IdentificationStatus.Succeeded, (await client.FinishedAsync(accepted.Id)).Status);
        }
        finally
        {
            var (down, stopped) = await StackAsync(environment, "down");
            Assert.True(down == 0, stopped);
        }

        Assert.All((await StackAsync(environment, "status")).Output.Split('\n'), part => Assert.EndsWith(": stopped", part, StringComparison.Ordinal));
    }

    [Fact]
    public void Documents_PartsOfTheStack_AreItsParts()
    {
        string[] parts =
        [
            "epmd", "rabbitmq", "postgres", "api", "notifier", "prometheus", "alertmanager", "PART", "worker-MODEL",
            .. Directory.EnumerateDirectories(Path.Combine(Repository.Root, "models")).Select(folder => $"worker-{Path.GetFileName(folder)}"),
        ];

        var named = Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs"), "*.md", SearchOption.AllDirectories).Append(Path.Combine(Repository.Root, "README.md"))
            .SelectMany(file => Regex.Matches(File.ReadAllText(file), @"stack\.sh (?:logs|start|stop) ([A-Za-z0-9_-]+)")).Select(match => match.Groups[1].Value).ToHashSet();

        Assert.NotEmpty(named);
        Assert.Empty(named.Except(parts));
    }

    /// <summary>Starts run.sh, does something with the two lines that it prints when it is ready, and presses Ctrl-C.</summary>
    private async Task<T> RunAsync<T>(int port, Func<string[], Task<T>> use)
    {
        using var process = Script("run.sh", new() { ["WHALES_DATA"] = _folder.Path("data"), ["Inference__BatchSize"] = "1", ["Inference__Sessions"] = "1" }, $"{port}");
        try
        {
            await Eventually.UntilAsync(
                () => process.HasExited || process.Output.Any(line => line.Contains($"is ready on http://127.0.0.1:{port};", StringComparison.Ordinal)), Patience, "run.sh says that it is ready");
            // The lines to try come in the same moment.
            await Eventually.UntilAsync(() => process.HasExited || PrintedLines(process.Output, port).Length == 2, Patience, "run.sh prints two lines to try");
            Assert.False(process.HasExited, process.OutputTail());
            return await use(PrintedLines(process.Output, port));
        }
        finally
        {
            process.Send(Signal.Interrupt);
            Assert.Equal(0, await process.WaitForExitAsync(Patience));
            Assert.Contains("Stopped. Started again, finished results are still there", process.OutputTail(), StringComparison.Ordinal);
        }
    }

    private static string[] PrintedLines(IEnumerable<string> output, int port) =>
        [.. output.Where(line => line.StartsWith("  curl ", StringComparison.Ordinal) && line.Contains($"'http://127.0.0.1:{port}/", StringComparison.Ordinal))];

    private static async Task<string> OutputAsync(string command)
    {
        using var process = ChildProcess.Start(["/bin/bash", "-c", command + " -sSf"], workingDirectory: Repository.Root);
        var code = await process.WaitForExitAsync(Patience);
        Assert.True(code == 0, process.OutputTail());
        return string.Join('\n', process.Output);
    }

    private static async Task<(int Code, string Output)> StackAsync(Dictionary<string, string?> environment, params string[] arguments)
    {
        using var process = Script("stack.sh", environment, arguments);
        var code = await process.WaitForExitAsync(Patience);
        return (code, string.Join('\n', process.Output));
    }

    private static ChildProcess Script(string script, Dictionary<string, string?> environment, params string[] arguments)
    {
        // A test runner's own settings of MSBuild are not those of somebody's shell.
        foreach (var name in Environment.GetEnvironmentVariables().Keys.Cast<string>().Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase) || name.StartsWith("VSTEST", StringComparison.Ordinal)))
            environment.TryAdd(name, null);
        return ChildProcess.Start(["/bin/bash", Path.Combine(Repository.Root, "scripts", script), .. arguments], environment);
    }
}
