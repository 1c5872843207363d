using System.Collections.Concurrent;

namespace Whales.Hosting.Messaging;

/// <summary>
/// Which models' queues have their consumer. On RabbitMQ nobody need ask: the queue keeps what is sent to it. MassTransit's in-memory bus
/// drops, without a word, what is sent to a queue before its consumer is connected; until then photos must stay in the job table.
/// </summary>
public sealed class ConnectedQueues(QueueAddresses addresses)
{
    private readonly ConcurrentDictionary<string, bool> _connected = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completed once every model of this process is connected or has failed; on RabbitMQ from the start.</summary>
    public Task Settled => addresses.InMemory ? _settled.Task : Task.CompletedTask;

    /// <summary>False while a photo that is sent to the model's queue would be lost.</summary>
    public bool Keeps(string model) => !addresses.InMemory || _connected.ContainsKey(model);

    /// <summary>The model's consumer is connected.</summary>
    public void Connected(string model) => _connected[model] = true;

    /// <summary>No further model is on its way.</summary>
    public void Settle() => _settled.TrySetResult();
}
