using System.Globalization;
using Whales.Notifier.Messages;

namespace Whales.Notifier.Telegram;

/// <summary>A chat of the settings, read.</summary>
/// <param name="Name">What settings, logs and health call it.</param>
/// <param name="Id">As the settings have it; where a group moved to, see <see cref="ChatBook"/>.</param>
/// <param name="Topic">Null: the general one.</param>
/// <param name="Reader">Language and clock.</param>
/// <param name="Quiet">Null: never.</param>
/// <param name="Fallback">Name of the chat that takes over.</param>
/// <param name="EscalateTo">Name of the chat that is told too when nobody here takes a critical alert.</param>
/// <param name="DailyAt">When the day is told, in the reader's zone; null: never.</param>
internal sealed record Chat(string Name, long Id, int? Topic, Reader Reader, QuietHours? Quiet, string? Fallback, string? EscalateTo = null, TimeOnly? DailyAt = null)
{
    /// <summary>The stand-in of a dry run without chats.</summary>
    public static Chat DryRun { get; } = new("dry-run", 0, null, Reader.Default, null, null);
}

/// <summary>A part of each day, over midnight when it ends before it begins.</summary>
internal sealed record QuietHours(TimeOnly From, TimeOnly To)
{
    public bool Contains(TimeOnly time) => time.IsBetween(From, To);

    public static QuietHours? TryParse(string text)
    {
        var parts = text.Split('-', StringSplitOptions.TrimEntries);
        return parts.Length == 2 && TryParse(parts[0], out var from) && TryParse(parts[1], out var to) ? new QuietHours(from, to) : null;
    }

    public static bool TryParse(string text, out TimeOnly time) => TimeOnly.TryParseExact(text, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out time);
}
