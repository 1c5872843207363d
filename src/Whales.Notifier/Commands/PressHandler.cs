using Microsoft.Extensions.Options;
using Whales.Notifier.Alerts;
using Whales.Notifier.Commands.Answers;
using Whales.Notifier.Messages;
using Whales.Notifier.Messages.Markup;
using Whales.Notifier.Silences;
using Whales.Notifier.Telemetry;

namespace Whales.Notifier.Commands;

/// <summary>Does what a button says: silence, undo, take. The one who pressed is always told how it went.</summary>
internal sealed class PressHandler(
    IPressedMessages messages, Silencer silencer, AllowedPeople people, NotifierMetrics counts, CommandAudit audit, IOptions<MessageOptions> options)
{
    // Telegram's limit for the text of an answer.
    private const int MaxAnswer = 200;
    private const int MaxBy = 60;
    private const int MaxComment = 120;

    public async Task<PressAnswer> HandleAsync(AnswerContext context, ButtonPress press, CancellationToken cancellation)
    {
        if (press.From is not { } person || !people.MayCommand(person.Id))
        {
            audit.Refused(press, "A button");
            counts.Pressed("unauthorized");
            return Answer(press, context.Texts.NotAllowed, alert: true);
        }

        if (ButtonData.Read(press.Data) is not { } data || await messages.FindAsync(data.ButtonId, cancellation) is not { } message || message.ChatId != press.ChatId)
        {
            counts.Pressed("unknown");
            return Answer(press, context.Texts.ButtonUnknown, alert: true);
        }

        var (outcome, text) = await DoAsync(context, press, person, data, message, cancellation);
        counts.Pressed(outcome);
        audit.Pressed(press, data.Verb.ToString(), data.ButtonId, outcome);
        return Answer(press, text, alert: outcome != "ok");
    }

    private async Task<(string Outcome, string Text)> DoAsync(
        AnswerContext context, ButtonPress press, Person person, ButtonData data, PressedMessage message, CancellationToken cancellation)
    {
        if (context.Now - message.SentAt > options.Value.ButtonsFor)
        {
            if (data.Verb != ButtonVerb.Take)
                counts.Silence("expired");
            return ("expired", context.Texts.ButtonExpired);
        }

        try
        {
            return data.Verb switch
            {
                ButtonVerb.Take => await TakeAsync(context, person, data, message, cancellation),
                ButtonVerb.Undo => await UndoAsync(context, press, data, message, cancellation),
                _ => await SilenceAsync(context, press, person, data, message, cancellation),
            };
        }
        catch (AlertmanagerException failure)
        {
            counts.Silence("denied");
            return ("failed", $"{AlertsAnswer.Explained(context, failure)} {context.Texts.AfterFailedPress(failure.Failure)}");
        }
    }

    private async Task<(string, string)> SilenceAsync(
        AnswerContext context, ButtonPress press, Person person, ButtonData data, PressedMessage message, CancellationToken cancellation)
    {
        if (message.State.Silence is { } present && present.Until > context.Now)
            return ("ok", context.Texts.AlreadySilenced(context.Clock(present.Until), ValueText.Line(present.By, MaxBy)));

        var by = ValueText.Line(person.Shown, MaxBy);
        var length = TimeSpan.FromHours(data.Hours);
        var comment = context.Texts.SilenceComment(Names(message.Groups), by);
        var result = data.Verb == ButtonVerb.SilenceName
            ? await silencer.NamesAsync(message.Groups, length, by, comment, cancellation)
            : await silencer.ExactlyAsync(message.Groups, length, by, comment, cancellation);
        if (result.Refusal is { } refusal)
        {
            counts.Silence("denied");
            return ("failed", refusal == SilenceRefusal.TooMany ? context.Texts.TooManyToSilence(Silencer.MaxAlerts) : context.Texts.NothingToSilence);
        }

        counts.Silence("created");
        audit.Silenced(press, "made", result.Ids);
        // From here on Alertmanager is silent: the message must say so even if the one who waits goes away.
        await messages.NoteSilenceAsync(data.ButtonId, new SilenceNote(result.Ids, result.Until, by, context.Now + options.Value.UndoFor), CancellationToken.None);
        return ("ok", context.Texts.SilencedUntil(context.Clock(result.Until), result.Ids.Count));
    }

    private async Task<(string, string)> UndoAsync(AnswerContext context, ButtonPress press, ButtonData data, PressedMessage message, CancellationToken cancellation)
    {
        if (message.State.Silence is not { } silence)
            return ("ok", context.Texts.NothingToUndo);
        if (context.Now > silence.UndoUntil)
        {
            counts.Silence("expired");
            return ("expired", context.Texts.UndoTooLate);
        }

        await silencer.EndAsync(silence.Ids, cancellation);
        counts.Silence("undone");
        audit.Silenced(press, "ended", silence.Ids);
        await messages.NoteSilenceAsync(data.ButtonId, null, CancellationToken.None);
        return ("ok", context.Texts.Undone);
    }

    private async Task<(string, string)> TakeAsync(AnswerContext context, Person person, ButtonData data, PressedMessage message, CancellationToken cancellation)
    {
        if (message.State.Acknowledged is { } taken)
            return ("ok", context.Texts.AlreadyTaken(ValueText.Line(taken.By, MaxBy)));
        await messages.NoteAcknowledgedAsync(data.ButtonId, new Acknowledgement(ValueText.Line(person.Shown, MaxBy), context.Now), cancellation);
        return ("ok", context.Texts.Taken);
    }

    private static string Names(IReadOnlyList<AlertmanagerPayload> groups) =>
        ValueText.Line(string.Join(", ", groups.SelectMany(group => group.Alerts).Select(alert => alert.Name).Distinct(StringComparer.Ordinal)), MaxComment);

    private static PressAnswer Answer(ButtonPress press, string text, bool alert) => new(press.CallbackId, ValueText.Line(text, MaxAnswer), alert);
}
