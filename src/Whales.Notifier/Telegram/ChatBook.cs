using System.Globalization;
using Microsoft.Extensions.Options;
using Whales.Notifier.Commands;
using Whales.Notifier.Messages;
using Whales.Notifier.Storage;

namespace Whales.Notifier.Telegram;

/// <summary>The chats, which routes they have, and how they are. What must outlive the process lies in the store.</summary>
internal sealed class ChatBook : IKnownChats
{
    private readonly Dictionary<string, ChatState> _chats;
    private readonly NotifierOptions _options;
    private readonly bool _dryRun;

    public ChatBook(IOptions<TelegramOptions> telegram, IOptions<NotifierOptions> options, BotToken token)
    {
        _options = options.Value;
        _dryRun = !token.IsSet;
        var chats = telegram.Value.Chats.Select(chat => Read(chat.Key, chat.Value)).ToList();
        if (chats.Count == 0)
            chats.Add(Chat.DryRun);
        _chats = chats.ToDictionary(chat => chat.Name, chat => new ChatState(chat), StringComparer.OrdinalIgnoreCase);
    }

    public IReadOnlyCollection<ChatState> All => _chats.Values;

    /// <summary>Null for a chat that the settings have no more.</summary>
    public ChatState? Find(string name) => _chats.GetValueOrDefault(name);

    /// <summary>Where events of a route go.</summary>
    public IReadOnlyList<ChatState> Of(string route)
    {
        if (!_options.Routes.TryGetValue(route, out var names) && !_options.Routes.TryGetValue(WebhookRoute.Default, out names))
            return [.. _chats.Values];
        return [.. names.Distinct(StringComparer.OrdinalIgnoreCase).Select(name => _chats[name])];
    }

    /// <summary>The chat that takes a chat's messages while it cannot be written to; null when it can, or has none.</summary>
    public ChatState? FallbackOf(ChatState chat) =>
        chat.Broken is not null && chat.Chat.Fallback is { } name && Find(name) is { Broken: null } other ? other : null;

    public KnownChat? Find(long chatId)
    {
        var found = _chats.Values.FirstOrDefault(chat => chat.Id == chatId);
        return found is null ? null : new KnownChat(chatId, found.Chat.Name, found.Chat.Reader);
    }

    /// <summary>Takes up what the store knows: another notifier may have written it.</summary>
    public void Load(StoreSession session)
    {
        var known = Facts.OfChats<ChatFacts>(session);
        foreach (var chat in All)
            chat.Restore(known.GetValueOrDefault(chat.Chat.Name));
    }

    private Chat Read(string name, ChatOptions chat) => new(
        name,
        long.TryParse(chat.Id, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var id) ? id : 0,
        chat.Topic,
        new Reader(chat.Language == "ru" ? Language.Russian : Language.English, TimeZoneInfo.FindSystemTimeZoneById(chat.TimeZone)),
        chat.QuietHours is null ? null : QuietHours.TryParse(chat.QuietHours),
        _dryRun ? null : chat.Fallback,
        chat.EscalateTo,
        chat.DailyAt is { } at && QuietHours.TryParse(at, out var time) ? time : null);
}

/// <summary>The routes of the webhook.</summary>
internal static class WebhookRoute
{
    public const string Default = "default";
    public const string Critical = "critical";
    public const string Warning = "warning";
    public const string Info = "info";
    public const string Watchdog = "watchdog";

    public static IReadOnlyList<string> All { get; } = [Default, Critical, Warning, Info, Watchdog];
}

/// <summary>What is remembered of a chat.</summary>
internal sealed record ChatFacts
{
    /// <summary>The id that the settings had when the group moved; with another one there the move is history.</summary>
    public long? MovedFrom { get; init; }

    public long? MovedTo { get; init; }

    /// <summary>Messages dropped since the last one that said so.</summary>
    public int Dropped { get; init; }

    public DateTimeOffset? MutedUntil { get; init; }
}

/// <summary>How a chat is. Changed by the dispatcher and the checks; each value is one reference, so readers need no lock.</summary>
internal sealed class ChatState(Chat chat)
{
    private volatile ChatFacts _facts = new();

    public Chat Chat => chat;

    public ChatFacts Facts => _facts;

    /// <summary>Where to send: the settings' id, or the one that Telegram gave the group since.</summary>
    public long Id => _facts.MovedTo is { } moved && _facts.MovedFrom == chat.Id ? moved : chat.Id;

    /// <summary>Groups and channels have negative ids.</summary>
    public bool IsGroup => Id < 0;

    /// <summary>Why it cannot be written to; null while it can.</summary>
    public string? Broken { get; set; }

    /// <summary>It answered since the start.</summary>
    public bool Checked { get; set; }

    /// <summary>Its topic does not exist: the general one is used.</summary>
    public bool TopicMissing { get; set; }

    public int? Topic => TopicMissing ? null : chat.Topic;

    public bool IsSilenced(DateTimeOffset now) =>
        _facts.MutedUntil > now || chat.Quiet?.Contains(TimeOnly.FromTimeSpan(TimeZoneInfo.ConvertTime(now, chat.Reader.TimeZone).TimeOfDay)) == true;

    public void Restore(ChatFacts? facts) => _facts = facts ?? new ChatFacts();

    /// <summary>Changes what is remembered, in the store and here.</summary>
    public void Change(StoreSession session, Func<ChatFacts, ChatFacts> change)
    {
        var changed = change(Storage.Facts.Get<ChatFacts>(session, Storage.Facts.OfChat(chat.Name)) ?? _facts);
        Storage.Facts.Set(session, Storage.Facts.OfChat(chat.Name), changed);
        _facts = changed;
    }
}
