using Microsoft.Extensions.Options;
using RabbitMQ.Client;
using Whales.Contracts;
using Whales.Hosting.Messaging;

namespace Whales.Ingest.Api.Operations;

/// <summary>Past the bus, which would wrap the message anew: byte for byte, with its own headers but those that tell of its death.</summary>
internal sealed class DeadLetterSender(IOptions<RabbitMqOptions> options) : IDeadLetterSender
{
    private static readonly string[] OfItsDeath = ["x-", "MT-Fault-", "MT-Host-", "MT-Reason"];

    public async Task SendAsync(DeadLetter letter, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        if (options.Value.Uri is not { } broker)
            throw new InvalidOperationException("There is no broker: the bus of Standalone is in memory.");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(options.Value.SendTimeout);
        try
        {
            var factory = new ConnectionFactory { Uri = broker, ClientProvidedName = "dead letter", RequestedConnectionTimeout = options.Value.SendTimeout };
            await using var connection = await factory.CreateConnectionAsync(limit.Token);
            await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true), limit.Token);
            var properties = new BasicProperties
            {
                Persistent = true,
                ContentType = letter.ContentType,
                Headers = letter.Headers
                    .Where(header => !OfItsDeath.Any(prefix => header.Key.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)))
                    .ToDictionary(header => header.Key, header => (object?)header.Value, StringComparer.Ordinal),
            };
            // Mandatory and confirmed: it throws when no queue takes the message.
            await channel.BasicPublishAsync("", letter.Queue, mandatory: true, properties, body, limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"The broker did not confirm within {options.Value.SendTimeout.TotalSeconds:0.#} s.");
        }
    }
}
