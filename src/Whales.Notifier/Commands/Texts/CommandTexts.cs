using Whales.Contracts;
using Whales.Notifier.Phrases;
using Whales.Notifier.Silences;

namespace Whales.Notifier.Commands.Texts;

/// <summary>Every sentence of the answers to commands and buttons in one language.</summary>
internal sealed class CommandTexts(PhraseBook book)
{
    // Commands
    public string Describe(string command) => book.Say("command." + command);
    public string Help => book.Say("help.headline");
    public string UnknownCommand(string name) => book.Say("help.unknown_command", ("name", name));

    // /id
    public string ChatId => book.Say("id.chat");
    public string TopicId => book.Say("id.topic");
    public string YourId => book.Say("id.you");
    public string ChatName(string name) => book.Say("id.chat_name", ("name", name));

    // /alerts
    public string NothingFires => book.Say("alerts.none");
    public string Fires(int count) => book.Say("alerts.firing", ("count", count));
    public string SilencedOnes(int count) => book.Say("alerts.silenced", ("count", count));
    public string InhibitedOnes(int count) => book.Say("alerts.inhibited", ("count", count));
    public string FromMemory => book.Say("alerts.from_memory");
    public string More(int count) => book.Say("list.more", ("count", count));

    // /silences
    public string NoSilences => book.Say("silences.none");
    public string Silences(int count) => book.Say("silences.headline", ("count", count));
    public string Until(string time) => book.Say("silences.until", ("time", time));
    public string By(string who) => book.Say("silences.by", ("who", who));

    // /status, /queues
    public string Status => book.Say("status.headline");
    public string Queues => book.Say("queues.headline");
    public string ApiNotConfigured => book.Say("status.api_not_configured");
    public string ApiSilent => book.Say("status.api_silent");
    public string NoModels => book.Say("status.no_models");

    public string Model(string name, ModelState state, int workers) => book.Say(
        state switch
        {
            ModelState.Ready => "status.model_ready",
            ModelState.Loading => "status.model_loading",
            ModelState.Failed => "status.model_failed",
            _ => "status.model_unloaded",
        },
        ("name", name), ("workers", workers));

    public string Waiting(int interactive, int bulk) => book.Say(bulk > 0 ? "queues.waiting_bulk" : "queues.waiting", ("interactive", interactive), ("bulk", bulk));
    public string Oldest(string duration) => book.Say("queues.oldest", ("duration", duration));
    public string ReadyIn(string duration) => book.Say("queues.ready_in", ("duration", duration));
    public string Heartbeat(string ago) => book.Say("status.heartbeat", ("duration", ago));
    public string NoHeartbeat => book.Say("status.no_heartbeat");

    public string Backlog(int count, string? oldest) => count == 0 ? book.Say("status.delivered")
        : oldest is null ? book.Say("status.backlog", ("count", count))
        : book.Say("status.backlog_oldest", ("count", count), ("duration", oldest));

    public string BrokenChats(string names) => book.Say("status.broken_chats", ("names", names));
    public string Broker(bool connected) => book.Say(connected ? "status.broker_connected" : "status.broker_away");

    // /mute
    public string Muted(string until) => book.Say("mute.until", ("until", until));
    public string MutedNow(string until) => book.Say("mute.now", ("until", until));
    public string Unmuted => book.Say("mute.ended");
    public string NotMuted => book.Say("mute.not_muted");
    public string MuteUsage(string longest) => book.Say("mute.usage", ("longest", longest));
    public string MuteUnknownChat => book.Say("mute.unknown_chat");

    // Buttons: at most 200 characters each
    public string NotAllowed => book.Say("press.not_allowed");
    public string ButtonUnknown => book.Say("press.unknown");
    public string ButtonExpired => book.Say("press.expired");
    public string SilencedUntil(string until, int count) => book.Say("press.silenced", ("until", until), ("count", count));
    public string AlreadySilenced(string until, string who) => book.Say("press.already_silenced", ("until", until), ("who", who));
    public string NothingToSilence => book.Say("press.nothing_to_silence");
    public string TooManyToSilence(int most) => book.Say("press.too_many", ("most", most));
    public string Undone => book.Say("press.undone");
    public string UndoTooLate => book.Say("press.undo_too_late");
    public string NothingToUndo => book.Say("press.nothing_to_undo");
    public string Taken => book.Say("press.taken");
    public string AlreadyTaken(string who) => book.Say("press.already_taken", ("who", who));
    public string SilenceComment(string what, string who) => book.Say("press.comment", ("what", what), ("who", who));

    public string Alertmanager(AlertmanagerFailure failure, string detail) => book.Say(
        failure switch
        {
            AlertmanagerFailure.NotConfigured => "alertmanager.not_configured",
            AlertmanagerFailure.Unreachable => "alertmanager.unreachable",
            AlertmanagerFailure.TooSlow => "alertmanager.too_slow",
            _ => "alertmanager.refused",
        },
        ("detail", detail));

    public string AfterFailedPress(AlertmanagerFailure failure) => book.Say(failure == AlertmanagerFailure.TooSlow ? "press.maybe_done" : "press.nothing_done");
}
