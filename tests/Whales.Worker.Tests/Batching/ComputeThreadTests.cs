using System.Globalization;
using Whales.Worker.Batching;

namespace Whales.Worker.Tests.Batching;

public sealed class ComputeThreadTests
{
    [Fact]
    public void Run_StepsBack_AndItsCallerDoesNot()
    {
        using var compute = new ComputeThread("compute", niceness: 10);
        var before = Niceness();
        int? within = null;

        compute.Run(() => within = Niceness());

        // A kernel that keeps threads from stepping back would leave it as it is; ours do not.
        Assert.Equal(Math.Min(19, before + 10), within);
        Assert.Equal(before, Niceness());
    }

    [Fact]
    public void Run_WithoutNiceness_IsOnTheCallersThread()
    {
        using var compute = new ComputeThread("compute", niceness: 0);
        int? within = null;

        compute.Run(() => within = Environment.CurrentManagedThreadId);

        Assert.Equal(Environment.CurrentManagedThreadId, within);
    }

    [Fact]
    public void Run_WorkThrows_ThrowsToItsCallerAndGoesOn()
    {
        using var compute = new ComputeThread("compute", niceness: 10);
        var ran = 0;

        var thrown = Assert.Throws<InvalidOperationException>(() => compute.Run(() => throw new InvalidOperationException("bad photo")));
        compute.Run(() => ran++);
        compute.Run(() => ran++);

        Assert.Equal(("bad photo", 2), (thrown.Message, ran));
    }

    /// <summary>Of the calling thread: field 19 of its stat, counted from behind the name in parentheses.</summary>
    private static int Niceness()
    {
        var stat = File.ReadAllText("/proc/thread-self/stat");
        return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[16], CultureInfo.InvariantCulture);
    }
}
