using System.Text.RegularExpressions;

namespace Whales.Contracts;

/// <summary>Names of queues and models that several processes, the RabbitMQ management page and the monitoring rules agree on.</summary>
public static partial class Names
{
    /// <summary>The API's queue of results (<see cref="WhaleIdentified"/>, <see cref="WhaleIdentificationFailed"/>).</summary>
    public const string OutcomesQueue = "identification-outcomes";

    /// <summary>The queue of single photos, which people wait for, of <paramref name="model"/>.</summary>
    public static string Queue(string model) => $"identify-whale.{model}";

    /// <summary>The queue of bulk work: photos of batches, catalogue photos to embed.</summary>
    public static string BulkQueue(string model) => $"identify-whale.{model}.bulk";

    /// <summary>The queue of one lane.</summary>
    public static string Queue(string model, Lane lane) => lane == Lane.Bulk ? BulkQueue(model) : Queue(model);

    /// <summary>Photos that were redelivered and therefore run alone: one of them may have killed its worker.</summary>
    public static string SuspectQueue(string model) => $"identify-whale.{model}.suspect";

    /// <summary>What the broker gave up on; the API consumes it into view.</summary>
    public static string DeadLetterQueue(string model) => $"identify-whale.{model}.dead";

    /// <summary>True for a model name: 1 to 64 characters of a-z, 0-9 and _.</summary>
    public static bool IsModel(string? name) => name is not null && ModelPattern().IsMatch(name);

    [GeneratedRegex("^[a-z0-9_]{1,64}\\z")]
    private static partial Regex ModelPattern();
}
