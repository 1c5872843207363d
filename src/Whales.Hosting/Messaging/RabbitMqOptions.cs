using System.ComponentModel.DataAnnotations;

namespace Whales.Hosting.Messaging;

/// <summary>The broker. Section <c>RabbitMq</c>.</summary>
public sealed class RabbitMqOptions
{
    public const string SectionName = "RabbitMq";

    /// <summary><c>amqp://user:password@host:5672/vhost</c>. Standalone has none: its bus lives in memory.</summary>
    public Uri? Uri { get; set; }

    /// <summary>The broker's port: where the address names none, AMQP's own, 5672, or 5671 for <c>amqps</c>.</summary>
    internal ushort Port => Uri switch
    {
        { IsDefaultPort: false } => (ushort)Uri.Port,
        { Scheme: "amqps" } => 5671,
        _ => 5672,
    };

    /// <summary>
    /// Deliveries after which the broker itself moves a message to the dead-letter queue (x-delivery-limit). A backstop well above
    /// <see cref="SuspectStarts"/>, stated because RabbitMQ 3 has no limit by default and 4 has 20. 5 to 1,000, default 20.
    /// It is part of the queues' identity: queues that exist must be deleted (empty) before it can change.
    /// </summary>
    [Range(5, 1000)]
    public int DeliveryLimit { get; set; } = 20;

    /// <summary>Processes that end while they run a photo alone, after which it is set aside as poisonous_image. 1 to 10, default 3.</summary>
    [Range(1, 10)]
    public int SuspectStarts { get; set; } = 3;

    /// <summary>How long one send may wait for the broker's confirm. Default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00")]
    public TimeSpan SendTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long a stopping host lets its photos in flight finish. Default 30 s; the host itself waits longer, and a supervisor's
    /// grace period must be longer still.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:30:00")]
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(30);
}
