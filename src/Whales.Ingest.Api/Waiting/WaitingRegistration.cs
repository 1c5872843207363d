using Whales.Hosting.Messaging;
using Whales.Ingest.Api.Storage;

namespace Whales.Ingest.Api.Waiting;

internal static class WaitingRegistration
{
    /// <summary>What waits, how fast it moves, and how much of it is let in.</summary>
    public static void AddWaitingLines(this IServiceCollection services)
    {
        services.AddSingleton<LaneStore>();
        services.AddSingleton<WaitingLines>();
        services.AddSingleton<Admission>();
        services.AddSingleton<IQueueDepth, JobTableDepth>();
        services.AddHostedService<LineWatch>();
    }
}
