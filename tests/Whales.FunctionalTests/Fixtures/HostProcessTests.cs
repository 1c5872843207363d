using System.Diagnostics;
using Whales.Testing;

namespace Whales.FunctionalTests.Fixtures;

public sealed class HostProcessTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("whales-host-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task WaitForReadyAsync_ProcessEndsAtOnce_FailsWithItsOutput()
    {
        await using var host = HostProcess.Start(Path.Combine(_folder, "missing.dll"));

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => host.WaitForReadyAsync());

        Assert.Contains("missing", failure.Message, StringComparison.Ordinal);
        Assert.NotEqual(0, await host.WaitForExitAsync());
    }

    [Fact]
    public async Task Send_StopContinueTerminate_ReachTheProgram()
    {
        using var child = ChildProcess.Start(["sh", "-c", "trap 'echo drained; exit 0' TERM; echo up; while :; do sleep 0.05; done"]);
        await Eventually.UntilAsync(() => child.Output.Contains("up"), TimeSpan.FromSeconds(10), "the shell is up");

        child.Send(Signal.Stop);
        await Eventually.UntilAsync(() => StateOf(child.Pid) == 'T', TimeSpan.FromSeconds(10), "the process stands still");
        child.Send(Signal.Continue);
        child.Send(Signal.Terminate);

        Assert.Equal(0, await child.WaitForExitAsync(TimeSpan.FromSeconds(10)));
        Assert.Contains("drained", child.Output);
    }

    [Fact]
    public async Task ChildProcess_ItsParentIsKilled_DiesToo()
    {
        // setpriv between two shells stands for the test process and its child; killing the first must end the second. The child
        // tells its name itself: one whose parent dies before setpriv has asked for the signal gets none.
        using var parent = ChildProcess.Start(["sh", "-c", "setpriv --pdeathsig KILL sh -c 'echo child $$; exec sleep 1000' & wait"]);
        await Eventually.UntilAsync(() => parent.Output.Count > 0, TimeSpan.FromSeconds(10), "the child is named");
        var child = int.Parse(parent.Output[0].Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);

        parent.Send(Signal.Kill);
        Assert.Equal(137, await parent.WaitForExitAsync(TimeSpan.FromSeconds(10)));

        await Eventually.UntilAsync(() => StateOf(child) is null or 'Z', TimeSpan.FromSeconds(10), "the child is gone");
    }

    [Fact]
    public void Next_ManyTimes_NeverGivesAPortTwice()
    {
        var ports = Enumerable.Range(0, 50).AsParallel().Select(_ => FreePort.Next()).ToList();

        Assert.Equal(ports.Count, ports.Distinct().Count());
    }

    [Fact]
    public async Task UntilAsync_NeverTrue_FailsWithTheDescription()
    {
        var clock = Stopwatch.StartNew();

        var failure = await Assert.ThrowsAsync<TimeoutException>(
            () => Eventually.UntilAsync(() => false, TimeSpan.FromMilliseconds(100), "a whale"));

        Assert.Contains("a whale", failure.Message, StringComparison.Ordinal);
        Assert.True(clock.Elapsed >= TimeSpan.FromMilliseconds(100));
    }

    private static char? StateOf(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            return stat[stat.LastIndexOf(')') + 2];
        }
        catch (IOException)
        {
            return null;
        }
    }
}
