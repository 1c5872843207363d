using System.Data.Common;

namespace Whales.Ingest.Api.Storage;

/// <summary>The columns of the current row, one after the other.</summary>
internal sealed class Fields(DbDataReader reader, Func<DbDataReader, int, Guid> guid)
{
    private int _next;

    public void NextRow() => _next = 0;

    public string Text() => reader.GetString(_next++);

    public string? TextOrNull() => IsNull() ? null : Text();

    public long Number() => reader.GetInt64(_next++);

    public long? NumberOrNull() => IsNull() ? null : Number();

    public DateTimeOffset Time() => DateTimeOffset.FromUnixTimeMilliseconds(Number());

    public DateTimeOffset? TimeOrNull() => IsNull() ? null : Time();

    public Guid Id() => guid(reader, _next++);

    public byte[] Bytes() => reader.GetFieldValue<byte[]>(_next++);

    public Guid? IdOrNull() => IsNull() ? null : Id();

    /// <summary>Steps over the column when it is null.</summary>
    private bool IsNull()
    {
        if (!reader.IsDBNull(_next))
            return false;
        _next++;
        return true;
    }
}
