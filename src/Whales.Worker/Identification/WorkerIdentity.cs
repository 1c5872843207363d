using System.Globalization;

namespace Whales.Worker.Identification;

/// <summary>How this process is named in outcomes and model states: host name and process id.</summary>
public sealed class WorkerIdentity
{
    public string Name { get; } = string.Create(CultureInfo.InvariantCulture, $"{Environment.MachineName}:{Environment.ProcessId}");
}
