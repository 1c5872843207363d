using System.Globalization;
using Whales.Contracts;
using Whales.Notifier.Messages.Markup;
using Whales.Notifier.Messages.Rendering;

namespace Whales.Notifier.Commands.Answers;

/// <summary>/status and /queues: the models as the API knows them, and the notifier itself. What did not answer is said, not left out.</summary>
internal sealed class StatusAnswer(ModelsClient models, INotifierState state, IMutes mutes)
{
    private const int MaxName = 64;
    private const int MaxNames = 300;

    public async Task<MessageText> StatusAsync(AnswerContext context, long chatId, CancellationToken cancellation)
    {
        var asked = ModelsAsync(context, model => Model(context, model), cancellation);
        var status = await state.StatusAsync(cancellation);
        var muted = await mutes.MutedUntilAsync(chatId, cancellation);
        var text = new MessageText().Bold(context.Texts.Status);
        context.WriteLines(text, await asked);
        text.Line().Text(status.HeartbeatSeen is { } seen ? context.Texts.Heartbeat(context.Since(seen)) : context.Texts.NoHeartbeat);
        if (status.BrokerConnected is { } connected)
            text.Line().Text(context.Texts.Broker(connected));
        text.Line().Text(context.Texts.Backlog(status.Backlog, status.OldestBacklog is { } oldest ? context.Words.Duration(oldest) : null));
        if (status.BrokenChats.Count > 0)
            text.Line().Text(context.Texts.BrokenChats(ValueText.Line(string.Join(", ", status.BrokenChats), MaxNames)));
        if (muted > context.Now)
            text.Line().Text(context.Texts.Muted(context.Clock(muted.Value)));
        return text;
    }

    public async Task<MessageText> QueuesAsync(AnswerContext context, CancellationToken cancellation)
    {
        var text = new MessageText().Bold(context.Texts.Queues);
        context.WriteLines(text, await ModelsAsync(context, model => Queue(context, model), cancellation));
        return text;
    }

    private async Task<IReadOnlyList<string>> ModelsAsync(AnswerContext context, Func<ModelInfo, string> line, CancellationToken cancellation)
    {
        if (!models.IsConfigured)
            return [context.Texts.ApiNotConfigured];
        return await models.ModelsAsync(cancellation) switch
        {
            null => ["⚠️ " + context.Texts.ApiSilent],
            [] => [context.Texts.NoModels],
            var known => [.. known.Select(line)],
        };
    }

    private static string Model(AnswerContext context, ModelInfo model) =>
        context.Texts.Model(ValueText.Line(model.Name, MaxName), model.Workers > 0 ? ModelState.Ready : model.State == ModelState.Ready ? ModelState.Unloaded : model.State, model.Workers) +
        (model.Waiting.Interactive + model.Waiting.Bulk > 0 ? ", " + context.Texts.Waiting(model.Waiting.Interactive, model.Waiting.Bulk) : "");

    private static string Queue(AnswerContext context, ModelInfo model)
    {
        var waiting = model.Waiting.Interactive + model.Waiting.Bulk;
        var parts = new List<string> { context.Texts.Waiting(model.Waiting.Interactive, model.Waiting.Bulk) };
        if (model.OldestWaitingSeconds is > 0 and { } oldest)
            parts.Add(context.Texts.Oldest(context.Words.Duration(Seconds(oldest))));
        if (waiting > 0 && model is { Workers: > 0, SecondsPerPhoto: > 0 and { } each })
            parts.Add(context.Texts.ReadyIn(context.Words.Duration(Seconds(waiting * each / model.Workers))));
        var mark = waiting > 0 && model.Workers == 0 ? RenderContext.Mark(Alerts.Severity.Warning) + " " : "";
        return string.Create(CultureInfo.InvariantCulture, $"{mark}{ValueText.Line(model.Name, MaxName)}: {string.Join(", ", parts)}");
    }

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(double.IsFinite(seconds) ? Math.Clamp(seconds, 0, 1e9) : 0);
}
