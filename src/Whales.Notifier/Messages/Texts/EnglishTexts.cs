using Whales.Contracts;
using Whales.Notifier.Alerts;

namespace Whales.Notifier.Messages.Texts;

internal sealed class EnglishTexts : MessageTexts
{
    public override string SeverityWord(Severity severity) => severity switch
    {
        Severity.Critical => "Critical",
        Severity.Warning => "Warning",
        Severity.Info => "Info",
        _ => "Notice",
    };

    public override string Resolved => "Resolved";
    public override string UnnamedAlert => "Alert without a name";
    public override string Firing(int count) => Plain($"{count} {Plurals.English(count, "alert fires", "alerts fire")}");
    public override string Over(int count) => Plain($"{count} over");
    public override string Since(string time, string duration) => $"Since {time}, for {duration}";
    public override string SinceShort(string time, string duration) => $"since {time} ({duration})";
    public override string After(string duration) => $"after {duration}";
    public override string Lasted(string duration) => $"over after {duration}";
    public override string From(string begin, string end) => $"From {begin} to {end}";
    public override string OverUnknown => "over";
    public override string Value(string value) => $"Value: {value}";
    public override string MoreAlerts(int count) => Plain($"… and {count} more");
    public override string SilencedBy(string until, string who) => $"🔇 Silenced until {until} by {who}";
    public override string TakenBy(string who, string at) => $"✋ Taken by {who} at {at}";

    public override string Flapping(int times, string within, string? mutedUntil) => Plain($"🔁 Flapping: fired {times} times in {within}.") +
        (mutedUntil is null ? "" : $" Single changes are not told until {mutedUntil}.");

    public override string StillFiring(string duration) => $"still firing, {duration}";
    public override string Worse(int count) => Plain($"it got worse: {count} {Plurals.English(count, "alert fires", "alerts fire")} now");
    public override string Escalated(string duration) => $"Nobody has taken this for {duration}.";
    public override string OlderDropped(int count) => Plain($"{count} older {Plurals.English(count, "notice was", "notices were")} dropped: they could not be sent in time.");
    public override string GroupsAtOnce(int count) => Plain($"{count} {Plurals.English(count, "problem", "problems")} at once");

    public override string Runbook => "Runbook";
    public override string Dashboard => "Dashboard";
    public override string Query => "Query";
    public override string SilenceForm => "Silence form";
    public override string SilenceFor(int hours) => Plain($"🔇 {hours} h");
    public override string SilenceName(string name, int hours) => Plain($"🔇 Every {name}, {hours} h");
    public override string Undo => "↩️ Undo the silence";
    public override string Take => "✋ I take it";

    public override string FailureHeadline(FailureType type, string reason, int count) => type switch
    {
        FailureType.IdentificationFailed => Plain($"{count} {Plurals.English(count, "photo", "photos")} failed: {reason}"),
        FailureType.ModelLoadFailed => "model could not be loaded",
        FailureType.Fault => Plain($"{count} {Plurals.English(count, "command", "commands")} failed: {reason}"),
        FailureType.Undecodable => Plain($"{count} unreadable {Plurals.English(count, "message", "messages")}: {reason}"),
        _ => Plain($"{count} {Plurals.English(count, "message", "messages")} given up: {reason}"),
    };

    public override FailureHelp FailureHelp(FailureType type, string reason) => (type, reason) switch
    {
        (FailureType.IdentificationFailed, FailureCodes.CorruptedImage) => new(
            "The file is not a picture that can be decoded, or it ends too early.",
            "Ask the sender for the original file. Many from one sender: look at how they upload."),
        (FailureType.IdentificationFailed, FailureCodes.ImageMissing) => new(
            "The photo was accepted and is not in the image store any more.",
            "Check that API and workers use the same image store, and its disk. Put the photos back, then retry the failed ones."),
        (FailureType.IdentificationFailed, FailureCodes.ModelUnavailable) => new(
            "No worker could serve the model in time.",
            "Look at GET /v1/models and the workers' logs; start a worker, then retry the failed ones."),
        (FailureType.IdentificationFailed, FailureCodes.InferenceError) => new(
            "The network failed on the photo, or gave a result that is no number.",
            "Look at the worker's log. On a GPU: its memory and driver. Then retry the failed ones."),
        (FailureType.IdentificationFailed, FailureCodes.PoisonousImage) => new(
            "The photo ended its worker process again and again and was set aside.",
            "Do not retry it. Keep the photo for a bug report; the worker's log says how the process ended."),
        (FailureType.IdentificationFailed, _) => new(
            "A defect of the service.",
            "Look for the identification in the worker's log. Retry it once the cause is known."),
        (FailureType.ModelLoadFailed, _) => new(
            "The model serves nothing on this worker. Photos for it wait.",
            "Run check-model on the model's folder; look at the checksum, the memory and the worker's log."),
        (FailureType.Fault, _) => new(
            "A command failed after all its retries.",
            "Look for the message in the logs of its consumer."),
        (FailureType.Undecodable, _) => new(
            "Somebody sent what nobody can read: another version, or a stranger on the broker.",
            "Compare the versions of API and workers; look at who may write to the broker."),
        _ => new(
            "The broker gave messages up; their photos end as failed.",
            "Look at GET /v1/identifications?status=failed and at the dead-letter queue on RabbitMQ's page."),
    };

    public override string WhatToDo => "What to do";
    public override string Example => "Example";
    public override string SeenOn(string worker) => $"on {worker}";
    public override string Between(string first, string last) => $"Between {first} and {last}";

    public override string Storm(int count, string within) => Plain($"Storm: {count} {Plurals.English(count, "notice", "notices")} in {within}");
    public override string Counts(int firing, int over) => Plain($"{firing} firing, {over} over");
    public override string MoreKinds(int count) => Plain($"… and {count} more {Plurals.English(count, "kind", "kinds")}");
    public override string MorePlaces(int count) => Plain($"and {count} more");
    public override string DigestAdvice => "So many at once usually have one cause: look at the broker, the network and the host first.";
    public override string HeartbeatLost(string duration) => $"Monitoring is blind: no heartbeat for {duration}";
    public override string HeartbeatNeverSeen => "Monitoring is blind: no heartbeat has ever come";
    public override string HeartbeatLostAgain(string duration) => $"Monitoring is still blind: no heartbeat for {duration}";
    public override string HeartbeatMeaning =>
        "The Watchdog alert has stopped coming, so nothing else would come either. Look at Prometheus, at Alertmanager and at the way from there to here.";
    public override string HeartbeatLastSeen(string time) => $"Last seen {time}";
    public override string HeartbeatReturned(string duration) => $"The heartbeat is back: monitoring was blind for {duration}";
    public override string HeartbeatGap(string begin, string end) => $"From {begin} to {end}. What happened in between may never be told.";
    public override string Day(string from, string to) => $"The day, {from} to {to}";

    public override string DayModel(string model, long succeeded, long failed, string? worst) =>
        Plain($"{model}: {succeeded} {Plurals.English(succeeded, "photo", "photos")} answered, {failed} failed") + (worst is null ? "" : $", slowest {worst}");

    public override string DayNoModels => "No photos.";
    public override string DayAlerts => "Alerts";
    public override string DayNoAlerts => "No alerts.";
    public override string DayDeadLetters(int count) => Plain($"{count} dead {Plurals.English(count, "letter waits", "letters wait")}.");
    public override string DayUnknown => "The figures of the models could not be had.";

    public override string Operator(OperatorNoticeKind kind, string chat, string detail) => kind switch
    {
        OperatorNoticeKind.ChatMigrated => $"The chat {chat} became a supergroup. Its new id is {detail}: put it into the settings. Until then it is used from the notifier's memory.",
        OperatorNoticeKind.ChatBroken => $"The chat {chat} cannot be written to ({detail}). Its messages come here until it can.",
        OperatorNoticeKind.TopicMissing => $"The topic of the chat {chat} does not exist. Its messages go to the general topic.",
        _ => $"The chat {chat} can be written to again.",
    };

    public override string Test => "Test: messages arrive here";
    public override string TestMeaning => "Nothing is wrong. Somebody tries the way from the notifier to this chat.";

    protected override string Unit(char unit) => unit switch { 's' => "s", 'm' => "min", 'h' => "h", _ => "d" };

    protected override string Month(int month) =>
        ((string[])["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"])[month - 1];
}
