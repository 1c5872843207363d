using Whales.Testing;

namespace Whales.FunctionalTests;

/// <summary>A short run of the fault suite, which scripts/faults.sh runs in full.</summary>
public sealed class FaultSuiteTests
{
    [Fact]
    public async Task Suite_QuickFaults_NothingIsLostOrContradictory()
    {
        using var suite = ChildProcess.Start(
            ["dotnet", Repository.Program("Whales.FaultSuite", folder: "tests"), "--seed", "1", "--only", "worker-killed,disk-full,duplicates"]);

        var code = await suite.WaitForExitAsync(TimeSpan.FromMinutes(8));

        Assert.True(code == 0, suite.OutputTail());
        Assert.Contains("lost 0, contradictory 0", suite.Output[^1], StringComparison.Ordinal);
    }
}
