using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using MassTransit;
using Whales.Contracts;
using Whales.Hosting.Messaging;
using Whales.Hosting.Resilience;
using Whales.Ingest.Api.Storage;

namespace Whales.Ingest.Api.Operations;

/// <summary>Takes what the API's own consumers cannot read out of the broker and into the database, where operators see it.</summary>
internal sealed partial class DeadLetterShelf(DeadLetterStore store, Persistently persistently, TimeProvider clock, ILogger<DeadLetterShelf> log)
{
    /// <summary>Our messages have less than 2 kB; of what is longer than this the beginning is kept.</summary>
    public const int MostBytes = 1_000_000;

    private const int MostReason = 1_000;

    /// <summary>Returns once the message is durable; until then it stays with the broker.</summary>
    /// <param name="context">The message.</param>
    /// <param name="queue">Where a replay would send it.</param>
    /// <param name="model">The queue's model.</param>
    /// <param name="why">What its reading failed with, where the message itself does not say.</param>
    public async Task PutAsync(ReceiveContext context, string queue, string? model, string why)
    {
        var bytes = context.Body.GetBytes();
        var headers = context.TransportHeaders.GetAll().ToDictionary(header => header.Key, header => Text(header.Value), StringComparer.Ordinal);
        var reason = headers.GetValueOrDefault(MessageHeaders.FaultMessage) ?? headers.GetValueOrDefault("x-first-death-reason") ?? why;
        var now = clock.GetUtcNow();
        var letter = new DeadLetter
        {
            Id = Guid.CreateVersion7(now),
            Queue = queue,
            Model = model,
            IdentificationId = IdentificationOf(bytes),
            ReceivedAt = now,
            Reason = reason.Length <= MostReason ? reason : reason[..MostReason],
            ContentType = context.ContentType?.ToString(),
            Headers = headers,
            Bytes = bytes.Length,
            Truncated = bytes.Length > MostBytes,
        };
        await persistently.RunAsync(
            async ct => await store.AddAsync(new StoredDeadLetter(letter, bytes.Length > MostBytes ? bytes[..MostBytes] : bytes), ct), context.CancellationToken);
        LogUnreadable(letter.Id, queue, letter.Reason);
    }

    // What is broken elsewhere may still name the photo it was about, so that it goes when the photo goes.
    private static Guid? IdentificationOf(byte[] bytes) =>
        NamedIdentification().Match(Encoding.Latin1.GetString(bytes, 0, Math.Min(bytes.Length, MostBytes))) is { Success: true } match
        && Guid.TryParseExact(match.Groups[1].Value, "D", out var id) ? id : null;

    private static string Text(object? value) => value switch
    {
        null => "",
        string text => text,
        byte[] bytes => Encoding.UTF8.GetString(bytes),
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => JsonSerializer.Serialize(value),
    };

    [GeneratedRegex("\"identificationId\"\\s*:\\s*\"([0-9a-f-]{36})\"", RegexOptions.IgnoreCase)]
    private static partial Regex NamedIdentification();

    [LoggerMessage(LogLevel.Error, "A message of {Queue} cannot be read; it is kept as dead letter {Id}: {Reason}")]
    private partial void LogUnreadable(Guid id, string queue, string reason);
}

internal static class DeadLetterShelfExtensions
{
    /// <summary>
    /// In place of <see cref="FaultExtensions.UseDeadLetters"/>, for the API's own queues: work cut short by a stopping host goes back, and what
    /// cannot be read or is no message for this queue goes to the shelf.
    /// </summary>
    public static void UseShelf(this IReceiveEndpointConfigurator endpoint, DeadLetterShelf shelf, string queue, string? model)
    {
        endpoint.ConfigureError(pipe => pipe.UseExecuteAsync(async context =>
        {
            if (context.Exception is OperationCanceledException)
                System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(context.Exception);
            await shelf.PutAsync(context, queue, model, context.Exception.Message);
            // Dealt with: else it would be taken for skipped, too.
            await context.NotifyFaulted(context.Exception);
        }));
        endpoint.ConfigureDeadLetter(pipe => pipe.UseExecuteAsync(context => shelf.PutAsync(context, queue, model, "No message of a kind that this queue is for.")));
    }
}
