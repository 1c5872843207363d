using Whales.Testing;

namespace Whales.FunctionalTests.Monitoring;

/// <summary>Prometheus' own judgement of a metrics page.</summary>
internal static class Promtool
{
    public static async Task AcceptsAsync(string page, string what)
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, page);
            using var promtool = ChildProcess.Start(["sh", "-c", "exec promtool check metrics <\"$0\"", file]);
            Assert.True(await promtool.WaitForExitAsync(TimeSpan.FromMinutes(1)) == 0, $"{what}: {promtool.OutputTail()}");
        }
        finally
        {
            File.Delete(file);
        }
    }
}
