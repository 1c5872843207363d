using System.Net;
using System.Net.Sockets;
using Whales.FunctionalTests.Running;
using Whales.Testing;

namespace Whales.FunctionalTests;

/// <summary>The commands that a newcomer runs say what to do when something is missing.</summary>
public sealed class ScriptTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Run_PortInUse_SaysWhichAndHowToTakeAnother()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;

        var (code, output) = await RunAsync("run.sh", PathWithout(), $"{port}");

        Assert.Equal(1, code);
        Assert.Contains($"Port {port} is in use", output, StringComparison.Ordinal);
        Assert.Matches("take another port, .*scripts/run.sh [0-9]+", output);
    }

    [Theory]
    [InlineData("run.sh", "dotnet", "The .NET SDK 10 was not found")]
    [InlineData("run.sh", "npm", "npm was not found")]
    [InlineData("test.sh", "dotnet", "The .NET SDK 10 was not found")]
    [InlineData("faults.sh", "dotnet", "The .NET SDK 10 was not found")]
    public async Task Script_ToolIsMissing_SaysWhatToInstall(string script, string tool, string message)
    {
        var (code, output) = await RunAsync(script, PathWithout(tool));

        Assert.Equal(1, code);
        Assert.Contains(message, output, StringComparison.Ordinal);
        Assert.Contains("Install", output, StringComparison.Ordinal);
        Assert.Contains("run this again", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("run.sh", "no-port")]
    [InlineData("run.sh", "70000")]
    [InlineData("stack.sh", "sideways")]
    public async Task Script_ArgumentThatItDoesNotKnow_ShowsItsUsage(string script, string argument)
    {
        var (code, output) = await RunAsync(script, PathWithout(), argument);

        Assert.Equal(1, code);
        Assert.Contains($"Usage: scripts/{script}", output, StringComparison.Ordinal);
    }

    private async Task<(int Code, string Output)> RunAsync(string script, string path, params string[] arguments)
    {
        using var process = ChildProcess.Start(
            ["/bin/bash", Path.Combine(Repository.Root, "scripts", script), .. arguments],
            new Dictionary<string, string?> { ["PATH"] = path, ["WHALES_DATA"] = _folder.Path("data") });
        var code = await process.WaitForExitAsync(Patience);
        return (code, string.Join('\n', process.Output));
    }

    /// <summary>A PATH of links to every program that this process can find, but one.</summary>
    private string PathWithout(string? tool = null)
    {
        var links = Directory.CreateDirectory(_folder.Path("bin")).FullName;
        foreach (var folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Where(Directory.Exists))
        {
            foreach (var program in Directory.EnumerateFiles(folder))
            {
                var link = Path.Combine(links, Path.GetFileName(program));
                if (Path.GetFileName(program) != tool && !File.Exists(link) && new FileInfo(link).LinkTarget is null)
                    File.CreateSymbolicLink(link, program);
            }
        }

        return links;
    }
}
