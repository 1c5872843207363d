using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Options;
using Whales.Hosting.Security;
using Whales.Ingest.Api.Security;

namespace Whales.Benchmarks;

/// <summary>What it costs a request to have its key hashed and compared with all that are known.</summary>
internal static class KeysBench
{
    public static void Run(TimeSpan time)
    {
        Console.WriteLine("\nAPI keys: hash and compare, CPU per request");
        foreach (var count in new[] { 1, 10, 100 })
        {
            var made = Enumerable.Range(0, count).Select(i => ApiKey.Make($"client-{i}", Scope.Submit)).ToList();
            var keys = new ApiKeys(Options.Create(new ApiKeysOptions { Keys = string.Join('\n', made.Select(m => m.Key.Line)) }));
            var text = made[count / 2].Text;
            Count(keys, text, time / 4);
            var before = Environment.CpuUsage.TotalTime;
            var found = Count(keys, text, time);
            var used = Environment.CpuUsage.TotalTime - before;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {count} keys: {used.TotalMicroseconds / found:0.00} microseconds"));
        }
    }

    private static long Count(ApiKeys keys, string text, TimeSpan time)
    {
        long found = 0;
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < time;)
        {
            for (var i = 0; i < 100; i++)
                found += keys.Find(text) is null ? 0 : 1;
        }
        return found;
    }
}
