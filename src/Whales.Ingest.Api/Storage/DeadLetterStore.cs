using System.Text;
using System.Text.Json;
using Whales.Contracts;

namespace Whales.Ingest.Api.Storage;

/// <summary>An unreadable message as it is kept.</summary>
/// <param name="Letter">What is shown of it.</param>
/// <param name="Body">Its bytes; the first of them where <see cref="DeadLetter.Truncated"/>.</param>
internal sealed record StoredDeadLetter(DeadLetter Letter, byte[] Body);

/// <summary>Messages that nobody could read.</summary>
internal sealed class DeadLetterStore(StoreDatabase database)
{
    private const int ShownCharacters = 2000;
    private const string Columns = "id, queue, model, identification_id, received_at, reason, content_type, headers_json, bytes, body_base64";

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private static readonly Guid NoBound = new("ffffffff-ffff-ffff-ffff-ffffffffffff");

    private static readonly Statement Insert = new($"""
        insert into dead_letters ({Columns})
        values (@id, @queue, @model, @identification_id, @received_at, @reason, @content_type, @headers_json, @bytes, @body_base64)
        """);

    private static readonly Statement FindOne = new($"select {Columns} from dead_letters where id = @id");

    private static readonly Statement ListAll = new($"select {Columns} from dead_letters where id < @before order by id desc limit @limit");

    private static readonly Statement ListModel = new(
        $"select {Columns} from dead_letters where model = @model and id < @before order by id desc limit @limit");

    private static readonly Statement ListIdentification = new($"select {Columns} from dead_letters where identification_id = @id order by id");

    private static readonly Statement DeleteOne = new("delete from dead_letters where id = @id");

    private static readonly Statement DeleteIdentification = new(
        "delete from dead_letters where identification_id = @id and not exists (select 1 from identifications where id = @id)");

    /// <inheritdoc cref="FaultStore.DeleteCall"/>
    public static Call DeleteCall(Guid identificationId) => new(DeleteIdentification, parameters => parameters.Set("id", identificationId));

    public Task AddAsync(StoredDeadLetter stored, CancellationToken cancellationToken)
    {
        var letter = stored.Letter;
        var call = new Call(Insert, parameters => parameters
            .Set("id", letter.Id).Set("queue", letter.Queue).Set("model", letter.Model).Set("identification_id", letter.IdentificationId)
            .Set("received_at", letter.ReceivedAt).Set("reason", letter.Reason).Set("content_type", letter.ContentType)
            .Set("headers_json", JsonSerializer.Serialize(letter.Headers)).Set("bytes", letter.Bytes)
            .Set("body_base64", Convert.ToBase64String(stored.Body)));
        return database.ExecuteAsync([call], Durability.Synced, cancellationToken);
    }

    public async Task<StoredDeadLetter?> FindAsync(Guid id, CancellationToken cancellationToken) =>
        (await database.ReadAsync(new Call(FindOne, parameters => parameters.Set("id", id)), Read, cancellationToken).ConfigureAwait(false)).SingleOrDefault();

    /// <summary>Newest first.</summary>
    public async Task<IReadOnlyList<StoredDeadLetter>> ListAsync(string? model, Guid? before, int limit, CancellationToken cancellationToken)
    {
        var call = model is null
            ? new Call(ListAll, parameters => parameters.Set("before", before ?? NoBound).Set("limit", limit))
            : new Call(ListModel, parameters => parameters.Set("model", model).Set("before", before ?? NoBound).Set("limit", limit));
        return await database.ReadAsync(call, Read, cancellationToken).ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<DeadLetter>> OfIdentificationAsync(Guid id, CancellationToken cancellationToken) =>
        (await database.ReadAsync(new Call(ListIdentification, parameters => parameters.Set("id", id)), Read, cancellationToken).ConfigureAwait(false))
            .ConvertAll(stored => stored.Letter);

    /// <returns>False when there was none.</returns>
    public async Task<bool> DeleteAsync(Guid id, CancellationToken cancellationToken) =>
        (await database.ExecuteAsync([new Call(DeleteOne, parameters => parameters.Set("id", id))], Durability.Synced, cancellationToken)
            .ConfigureAwait(false))[0] > 0;

    private static StoredDeadLetter Read(Fields fields)
    {
        var letter = new DeadLetter
        {
            Id = fields.Id(),
            Queue = fields.Text(),
            Model = fields.TextOrNull(),
            IdentificationId = fields.IdOrNull(),
            ReceivedAt = fields.Time(),
            Reason = fields.Text(),
            ContentType = fields.TextOrNull(),
            Headers = JsonSerializer.Deserialize<Dictionary<string, string>>(fields.Text())!,
            Bytes = fields.Number(),
            Truncated = false,
        };
        var body = Convert.FromBase64String(fields.Text());
        return new StoredDeadLetter(letter with { Truncated = body.Length < letter.Bytes, Text = TextOf(body) }, body);
    }

    private static string? TextOf(byte[] body)
    {
        try
        {
            var text = Strict.GetString(body);
            return text.Any(c => char.IsControl(c) && c is not ('\n' or '\r' or '\t')) ? null : text.Length <= ShownCharacters ? text : text[..ShownCharacters];
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}
