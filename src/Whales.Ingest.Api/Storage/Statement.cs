using System.Text.RegularExpressions;

namespace Whales.Ingest.Api.Storage;

/// <summary>
/// One SQL statement, written with @names and given to the databases with $1, $2 and so on, which both understand and which
/// spares Npgsql from reading the text at each call. Keep instances: connections keep a prepared statement for each.
/// </summary>
internal sealed partial class Statement
{
    private readonly Dictionary<string, int> _positions = new(StringComparer.Ordinal);

    public Statement(string sql) => Text = Name().Replace(sql, match =>
    {
        if (!_positions.TryGetValue(match.Value[1..], out var position))
            _positions.Add(match.Value[1..], position = _positions.Count);
        return $"${position + 1}";
    });

    public string Text { get; }

    public int ParameterCount => _positions.Count;

    public int PositionOf(string name) =>
        _positions.TryGetValue(name, out var position) ? position : throw new ArgumentException($"The statement has no @{name}.", nameof(name));

    [GeneratedRegex("@[a-z_0-9]+")]
    private static partial Regex Name();
}

/// <summary>A statement with its values.</summary>
internal readonly record struct Call(Statement Statement, Action<Parameters> Bind);

/// <summary>The values of one call. A name that is never set fails the call.</summary>
internal abstract class Parameters
{
    public abstract Parameters Set(string name, string? value);

    public abstract Parameters Set(string name, long? value);

    public abstract Parameters Set(string name, Guid? value);

    public abstract Parameters Set(string name, byte[] value);

    /// <summary>Times are whole milliseconds since 1970, UTC.</summary>
    public Parameters Set(string name, DateTimeOffset? value) => Set(name, value?.ToUnixTimeMilliseconds());
}
