using Whales.Contracts;
using Whales.Notifier.Messages.Texts;
using Whales.Notifier.Silences;
using static System.FormattableString;

namespace Whales.Notifier.Commands.Texts;

internal sealed class EnglishCommandTexts : CommandTexts
{
    public override string Describe(string command) => command switch
    {
        "status" => "models, workers, heartbeat, what is not delivered",
        "alerts" => "what fires now",
        "silences" => "what is silenced, until when, by whom",
        "queues" => "photos that wait",
        "mute" => "no sound in this chat but for critical: /mute 2h, /mute off",
        "id" => "the ids of this chat, this topic and yourself",
        _ => "what I understand",
    };

    public override string Help => "I tell what is wrong with the whale identification, and understand:";
    public override string UnknownCommand(string name) => $"/{name} is not a command of mine. /help lists them.";

    public override string ChatId => "This chat";
    public override string TopicId => "This topic";
    public override string YourId => "You";
    public override string ChatName(string name) => $"In the settings it is called {name}.";

    public override string NothingFires => "Nothing fires.";
    public override string Fires(int count) => Invariant($"{count} {Plurals.English(count, "alert fires", "alerts fire")}");
    public override string SilencedOnes(int count) => Invariant($"{count} silenced");
    public override string InhibitedOnes(int count) => Invariant($"{count} explained by another");
    public override string FromMemory => "From the notifier's memory:";
    public override string More(int count) => Invariant($"… and {count} more");

    public override string NoSilences => "Nothing is silenced.";
    public override string Silences(int count) => Invariant($"{count} {Plurals.English(count, "silence", "silences")}");
    public override string Until(string time) => $"until {time}";
    public override string By(string who) => $"by {who}";

    public override string Status => "Status";
    public override string Queues => "Photos that wait";
    public override string ApiNotConfigured => "The API's address (Commands:ApiUrl) is not set, so the models are not known.";
    public override string ApiSilent => "The API does not answer, so the models are not known.";
    public override string NoModels => "The API knows no model.";

    public override string Model(string name, ModelState state, int workers) => state switch
    {
        ModelState.Ready => Invariant($"✅ {name}: {workers} {Plurals.English(workers, "worker", "workers")}"),
        ModelState.Loading => $"⏳ {name}: loading",
        ModelState.Failed => $"🔥 {name}: could not be loaded",
        _ => $"⚠️ {name}: no worker",
    };

    public override string Waiting(int interactive, int bulk) => Invariant($"{interactive} waiting") + (bulk > 0 ? Invariant($" and {bulk} in bulk") : "");
    public override string Oldest(string duration) => $"the oldest for {duration}";
    public override string ReadyIn(string duration) => $"done in about {duration}";
    public override string Heartbeat(string ago) => $"Heartbeat of monitoring: {ago} ago";
    public override string NoHeartbeat => "⚠️ No heartbeat of monitoring has come.";
    public override string Backlog(int count, string? oldest) => count == 0 ? "All notices are delivered." :
        Invariant($"⚠️ {count} {Plurals.English(count, "notice", "notices")} not delivered") + (oldest is null ? "." : $", the oldest for {oldest}.");
    public override string BrokenChats(string names) => $"🔥 Chats that cannot be written to: {names}";
    public override string Broker(bool connected) => connected ? "RabbitMQ: connected" : "🔥 RabbitMQ: not connected";
    public override string Muted(string until) => $"🔕 This chat is muted until {until}.";

    public override string MutedNow(string until) => $"🔕 Muted until {until}: only critical news make a sound. /mute off ends it.";
    public override string Unmuted => "🔔 No longer muted.";
    public override string NotMuted => "This chat is not muted. /mute 2h mutes it.";
    public override string MuteUsage(string longest) => $"Say how long: /mute 30m, /mute 2h, /mute 1d, at most {longest}; /mute off ends it.";
    public override string MuteUnknownChat => "This chat is not in the settings, so nothing comes here anyway.";

    public override string NotAllowed => "You may not do that. Someone who may can add your id (/id) to the settings.";
    public override string ButtonUnknown => "This message is not known any more.";
    public override string ButtonExpired => "This button is too old. Use /alerts, or Alertmanager's page.";
    public override string SilencedUntil(string until, int count) => Invariant($"🔇 Silenced until {until} ({count} {Plurals.English(count, "silence", "silences")}).");
    public override string AlreadySilenced(string until, string who) => $"It is silenced until {until} by {who} already.";
    public override string NothingToSilence => "Nothing of this fires any more.";
    public override string TooManyToSilence(int most) => Invariant($"More than {most} alerts: silence the whole name, or use Alertmanager's page.");
    public override string Undone => "🔔 The silence has ended.";
    public override string UndoTooLate => "Too late to undo here. Alertmanager's page can end it.";
    public override string NothingToUndo => "There is no silence to undo.";
    public override string Taken => "✋ It is yours.";
    public override string AlreadyTaken(string who) => $"{who} has it already.";
    public override string SilenceComment(string what, string who) => $"{what}: from Telegram, by {who}";

    public override string Alertmanager(AlertmanagerFailure failure, string detail) => failure switch
    {
        AlertmanagerFailure.NotConfigured => "Alertmanager's address (Alertmanager:Url) is not set.",
        AlertmanagerFailure.Unreachable => "Alertmanager cannot be reached.",
        AlertmanagerFailure.TooSlow => "Alertmanager did not answer in time.",
        _ => $"Alertmanager refused: {detail}",
    };

    public override string AfterFailedPress(AlertmanagerFailure failure) =>
        failure == AlertmanagerFailure.TooSlow ? "Look at /silences to see whether it was done." : "Nothing was changed.";
}
