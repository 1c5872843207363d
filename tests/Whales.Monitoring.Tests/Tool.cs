using System.ComponentModel;
using System.Diagnostics;

namespace Whales.Monitoring.Tests;

/// <summary>promtool, amtool, node: programs that judge a file.</summary>
internal static class Tool
{
    /// <summary>Runs one, and fails with what it wrote when it does not end with 0.</summary>
    public static async Task<string> AcceptsAsync(string program, params string[] arguments)
    {
        var (code, output) = await RunAsync(program, arguments);
        Assert.True(code == 0, $"{program} {string.Join(' ', arguments)} ended with {code}:\n{output}");
        return output;
    }

    public static async Task<(int Code, string Output)> RunAsync(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var output = process.StandardOutput.ReadToEndAsync();
            var errors = process.StandardError.ReadToEndAsync();
            await process.WaitForExitAsync();
            return (process.ExitCode, await output + await errors);
        }
        catch (Win32Exception exception)
        {
            throw new InvalidOperationException(
                $"{program} is missing ({exception.Message}): promtool comes with the Debian package prometheus, amtool with prometheus-alertmanager.", exception);
        }
    }
}
