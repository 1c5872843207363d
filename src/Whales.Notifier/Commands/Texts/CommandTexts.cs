using Whales.Contracts;
using Whales.Notifier.Messages;
using Whales.Notifier.Silences;

namespace Whales.Notifier.Commands.Texts;

/// <summary>Every sentence of the answers to commands and buttons in one language.</summary>
internal abstract class CommandTexts
{
    private static readonly EnglishCommandTexts EnglishOnes = new();
    private static readonly RussianCommandTexts RussianOnes = new();

    public static CommandTexts In(Language language) => language == Language.Russian ? RussianOnes : EnglishOnes;

    // Commands
    public abstract string Describe(string command);
    public abstract string Help { get; }
    public abstract string UnknownCommand(string name);

    // /id
    public abstract string ChatId { get; }
    public abstract string TopicId { get; }
    public abstract string YourId { get; }
    public abstract string ChatName(string name);

    // /alerts
    public abstract string NothingFires { get; }
    public abstract string Fires(int count);
    public abstract string SilencedOnes(int count);
    public abstract string InhibitedOnes(int count);
    public abstract string FromMemory { get; }
    public abstract string More(int count);

    // /silences
    public abstract string NoSilences { get; }
    public abstract string Silences(int count);
    public abstract string Until(string time);
    public abstract string By(string who);

    // /status, /queues
    public abstract string Status { get; }
    public abstract string Queues { get; }
    public abstract string ApiNotConfigured { get; }
    public abstract string ApiSilent { get; }
    public abstract string NoModels { get; }
    public abstract string Model(string name, ModelState state, int workers);
    public abstract string Waiting(int interactive, int bulk);
    public abstract string Oldest(string duration);
    public abstract string ReadyIn(string duration);
    public abstract string Heartbeat(string ago);
    public abstract string NoHeartbeat { get; }
    public abstract string Backlog(int count, string? oldest);
    public abstract string BrokenChats(string names);
    public abstract string Broker(bool connected);
    public abstract string Muted(string until);

    // /mute
    public abstract string MutedNow(string until);
    public abstract string Unmuted { get; }
    public abstract string NotMuted { get; }
    public abstract string MuteUsage(string longest);
    public abstract string MuteUnknownChat { get; }

    // Buttons: at most 200 characters each
    public abstract string NotAllowed { get; }
    public abstract string ButtonUnknown { get; }
    public abstract string ButtonExpired { get; }
    public abstract string SilencedUntil(string until, int count);
    public abstract string AlreadySilenced(string until, string who);
    public abstract string NothingToSilence { get; }
    public abstract string TooManyToSilence(int most);
    public abstract string Undone { get; }
    public abstract string UndoTooLate { get; }
    public abstract string NothingToUndo { get; }
    public abstract string Taken { get; }
    public abstract string AlreadyTaken(string who);
    public abstract string SilenceComment(string what, string who);
    public abstract string Alertmanager(AlertmanagerFailure failure, string detail);
    public abstract string AfterFailedPress(AlertmanagerFailure failure);
}
