using Whales.Notifier.Commands;
using Whales.Notifier.Messages;

namespace Whales.Notifier.Daily;

/// <summary>What the day's message tells of the system, from those who know; what they do not tell stays absent, and the message says so.</summary>
internal sealed class DayFigures(PrometheusClient prometheus, ModelsClient api)
{
    private const string Outcomes = "sum by (model, outcome) (increase(whales_results_total[1d]))";
    private const string Slowest = "histogram_quantile(1, sum by (model, le) (increase(whales_end_to_end_duration_seconds_bucket[1d])))";

    /// <summary>Nothing, rather than 0, where Prometheus does not ask the broker either.</summary>
    private const string AtTheBroker = """
        sum(rabbitmq_detailed_queue_messages_ready{queue=~".+\\.dead(\\..+)?|.+_(error|skipped)"}) or 0 * max(up{job="rabbitmq"} == 1)
        """;

    public async Task<Figures> GatherAsync(CancellationToken cancellation)
    {
        var outcomes = prometheus.QueryAsync(Outcomes, cancellation);
        var slowest = prometheus.QueryAsync(Slowest, cancellation);
        var models = api.ModelsAsync(cancellation);
        var letters = api.DeadLettersAsync(cancellation);
        return new Figures(
            Models(await outcomes, await slowest),
            (await models)?.Sum(model => (long)model.Waiting.Interactive + model.Waiting.Bulk),
            await letters ?? await AtTheBrokerAsync(cancellation));
    }

    /// <summary>A key that may not operate is not told what the API has put aside; what lies in the broker's queues is something.</summary>
    private async Task<long?> AtTheBrokerAsync(CancellationToken cancellation) =>
        await prometheus.QueryAsync(AtTheBroker, cancellation) is [var ready] ? (long)ready.Value : null;

    /// <summary>Models with photos on that day, the busiest first.</summary>
    private static List<ModelDay>? Models(IReadOnlyList<Sample>? outcomes, IReadOnlyList<Sample>? slowest) =>
        outcomes is null ? null :
        [
            .. outcomes.GroupBy(sample => sample.Labels.GetValueOrDefault("model", ""))
                .Select(model => new ModelDay(
                    model.Key,
                    model.GroupBy(sample => sample.Labels.GetValueOrDefault("outcome", ""))
                        // Prometheus extrapolates, so that counts come as fractions.
                        .ToDictionary(outcome => outcome.Key, outcome => (long)Math.Round(outcome.Sum(sample => sample.Value), MidpointRounding.AwayFromZero)),
                    slowest?.FirstOrDefault(sample => sample.Labels.GetValueOrDefault("model", "") == model.Key)?.Value))
                .Where(model => model.Outcomes.Values.Sum() > 0)
                .OrderByDescending(model => model.Outcomes.Values.Sum()).ThenBy(model => model.Model, StringComparer.Ordinal),
        ];
}

/// <param name="Models">By model; absent when Prometheus did not tell.</param>
/// <param name="Waiting">Photos that wait; absent when the API did not tell.</param>
/// <param name="DeadLetters">Messages that nobody could read; absent when neither told.</param>
internal sealed record Figures(IReadOnlyList<ModelDay>? Models, long? Waiting, long? DeadLetters);
