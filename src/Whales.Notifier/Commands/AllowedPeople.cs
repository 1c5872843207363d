using System.Globalization;
using Microsoft.Extensions.Options;
using Whales.Notifier.Telegram;

namespace Whales.Notifier.Commands;

/// <summary>Who may press buttons and give commands: the people of Telegram:AllowedUsers, nobody else.</summary>
internal sealed class AllowedPeople(IOptions<TelegramOptions> options)
{
    private readonly HashSet<long> _ids = [.. options.Value.AllowedUsers.Select(Read).OfType<long>()];

    public bool MayCommand(long userId) => _ids.Contains(userId);

    private static long? Read(string user) => long.TryParse(user, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var id) ? id : null;
}
