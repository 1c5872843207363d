namespace Whales.Hosting.Metrics;

/// <summary>Our meters: one an area.</summary>
public static class MeterNames
{
    public const string Api = "Whales.Api";
    public const string Worker = "Whales.Worker";
    public const string Notifier = "Whales.Notifier";
    public const string Stores = "Whales.Stores";
    public const string Process = "Whales.Process";
}
