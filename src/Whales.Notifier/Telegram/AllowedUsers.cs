using System.Globalization;
using Microsoft.Extensions.Options;
using Whales.Notifier.Commands;

namespace Whales.Notifier.Telegram;

/// <summary>Who may press buttons and give commands, by Telegram's numbers; names can be changed.</summary>
internal sealed class AllowedUsers(IOptions<TelegramOptions> options) : IAllowedPeople
{
    private readonly HashSet<long> _users = [.. options.Value.AllowedUsers.Select(user => long.Parse(user, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture))];

    public bool MayCommand(long userId) => _users.Contains(userId);
}
