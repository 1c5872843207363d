using System.Buffers.Text;
using Npgsql;

namespace Whales.Ingest.Api.Storage;

/// <summary>
/// Which rows changed, told by NOTIFY to the replicas that LISTEN. A payload is the teller's own id and those of the rows, 22 characters of
/// base64url each; PostgreSQL takes payloads below 8,000 bytes.
/// </summary>
internal sealed class PostgresNews
{
    private const int IdLength = 22;
    private const int MaxIds = 300;

    private static readonly Statement Notify = new("select pg_notify('whales_changed', @ids)");

    private readonly string _self = Text(Guid.NewGuid());

    public IEnumerable<Call> Tell(IReadOnlyList<Guid> changed) =>
        changed.Chunk(MaxIds).Select(ids => new Call(Notify, parameters => parameters.Set("ids", _self + string.Concat(ids.Select(Text)))));

    public async Task HearAsync(NpgsqlConnection connection, Action<Guid> changed, CancellationToken cancellationToken)
    {
        connection.Notification += (_, news) => Hear(news.Payload, changed);
        await using (var listen = new NpgsqlCommand("listen whales_changed", connection))
            await listen.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        while (true)
            await connection.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    // Its own news a replica knows already.
    private void Hear(ReadOnlySpan<char> payload, Action<Guid> changed)
    {
        if (payload.Length % IdLength != 0 || payload.StartsWith(_self, StringComparison.Ordinal))
            return;
        Span<byte> id = stackalloc byte[16];
        for (var at = IdLength; at < payload.Length; at += IdLength)
        {
            if (Base64Url.TryDecodeFromChars(payload.Slice(at, IdLength), id, out var written) && written == id.Length)
                changed(new Guid(id));
        }
    }

    private static string Text(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes);
        return Base64Url.EncodeToString(bytes);
    }
}
