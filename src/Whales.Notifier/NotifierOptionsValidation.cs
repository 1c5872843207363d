using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Options;
using Npgsql;
using Whales.Notifier.Commands;
using Whales.Notifier.Daily;
using Whales.Notifier.Messages;
using Whales.Notifier.Reconciliation;
using Whales.Notifier.Silences;
using Whales.Notifier.Storage;
using Whales.Notifier.Telegram;

namespace Whales.Notifier;

/// <summary>Every mistake in the notifier's settings, told at once: one name of a chat often stands in several places.</summary>
internal sealed class NotifierOptionsValidation(IConfiguration configuration, IOptions<TelegramOptions> telegram) : IValidateOptions<NotifierOptions>
{
    private const string TelegramHost = "api.telegram.org";
    private static readonly int[] TelegramPorts = [443, 80, 88, 8443];
    private static readonly string[] Languages = ["en", "ru"];

    public ValidateOptionsResult Validate(string? name, NotifierOptions options)
    {
        List<string> failures = [.. Annotations(options, NotifierOptions.SectionName), .. Annotations(telegram.Value, TelegramOptions.SectionName), .. Bot(telegram.Value)];
        // The others' own validation would come too late: the first to fail ends the start.
        failures.AddRange(Annotations<HeartbeatOptions>(HeartbeatOptions.SectionName));
        failures.AddRange(Annotations<MessageOptions>(MessageOptions.SectionName));
        failures.AddRange(Annotations<AlertmanagerOptions>(AlertmanagerOptions.SectionName));
        failures.AddRange(Annotations<CommandOptions>(CommandOptions.SectionName));
        failures.AddRange(Annotations<DailyOptions>(DailyOptions.SectionName));
        failures.AddRange(Annotations<ReconciliationOptions>(ReconciliationOptions.SectionName));
        failures.AddRange(ReconciliationProblems());
        foreach (var (chat, settings) in telegram.Value.Chats)
            failures.AddRange(ChatProblems(chat, settings, telegram.Value));
        failures.AddRange(Routes(options, telegram.Value));
        failures.AddRange(Webhook(options));
        failures.AddRange(Updates(telegram.Value));
        failures.AddRange(Store());
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private IEnumerable<string> Annotations<T>(string section)
        where T : class, new() => Annotations(configuration.GetSection(section).Get<T>() ?? new T(), section);

    private static IEnumerable<string> Annotations(object options, string section)
    {
        var results = new List<ValidationResult>();
        Validator.TryValidateObject(options, new ValidationContext(options), results, validateAllProperties: true);
        return results.Select(result => $"{section}:{string.Join(',', result.MemberNames)}: {result.ErrorMessage}");
    }

    private static IEnumerable<string> Bot(TelegramOptions options)
    {
        // Its form only: the token itself must not be shown.
        if (!string.IsNullOrWhiteSpace(options.BotToken) && !IsToken(options.BotToken.Trim()))
            yield return "Telegram:BotToken is not of the form <id>:<secret>.";
        if (!string.IsNullOrWhiteSpace(options.BotToken) && options.Chats.Count == 0)
            yield return "Telegram:BotToken is set, but Telegram:Chats names no chat.";
        if (options.ApiUrl is { } url && !IsWeb(url))
            yield return "Telegram:ApiUrl is not an http or https address.";
        foreach (var user in options.AllowedUsers.Where(user => !IsNumber(user)))
            yield return $"Telegram:AllowedUsers: '{user}' is not a user's number.";
    }

    private static IEnumerable<string> ChatProblems(string name, ChatOptions chat, TelegramOptions options)
    {
        var key = $"Telegram:Chats:{name}";
        if (!IsNumber(chat.Id))
            yield return $"{key}:Id: '{chat.Id}' is not a chat's number, such as -1001234567890.";
        if (chat.Topic is <= 0)
            yield return $"{key}:Topic: {chat.Topic} is not a topic's number; leave it out for the general topic.";
        if (!Languages.Contains(chat.Language))
            yield return $"{key}:Language: '{chat.Language}' is not en or ru.";
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(chat.TimeZone, out _))
            yield return $"{key}:TimeZone: '{chat.TimeZone}' is not a time zone that this machine knows.";
        if (chat.QuietHours is { } hours && QuietHours.TryParse(hours) is null)
            yield return $"{key}:QuietHours: '{hours}' is not of the form 22:00-07:00.";
        if (chat.DailyAt is { } at && !QuietHours.TryParse(at, out _))
            yield return $"{key}:DailyAt: '{at}' is not of the form 08:00.";
        if (chat.Fallback is { } fallback && !IsAnother(fallback))
            yield return $"{key}:Fallback: '{fallback}' is not another chat of Telegram:Chats.";
        if (chat.EscalateTo is { } second && !IsAnother(second))
            yield return $"{key}:EscalateTo: '{second}' is not another chat of Telegram:Chats.";

        bool IsAnother(string other) => options.Chats.ContainsKey(other) && !other.Equals(name, StringComparison.OrdinalIgnoreCase);
    }

    private static IEnumerable<string> Routes(NotifierOptions options, TelegramOptions telegram)
    {
        foreach (var (route, chats) in options.Routes)
        {
            if (!WebhookRoute.All.Contains(route, StringComparer.OrdinalIgnoreCase))
                yield return $"Notifier:Routes:{route} is not a route; there are {string.Join(", ", WebhookRoute.All)}.";
            if (chats is null or { Length: 0 })
                yield return $"Notifier:Routes:{route} names no chat.";
            foreach (var chat in (chats ?? []).Where(chat => !telegram.Chats.ContainsKey(chat)))
                yield return $"Notifier:Routes:{route}: there is no chat '{chat}' in Telegram:Chats.";
        }
    }

    private IEnumerable<string> ReconciliationProblems() =>
        (configuration.GetSection(ReconciliationOptions.SectionName).Get<ReconciliationOptions>() ?? new ReconciliationOptions()).Receivers
            .Where(receiver => receiver.Value != ReconciliationOptions.NotOurs && !WebhookRoute.All.Contains(receiver.Value, StringComparer.OrdinalIgnoreCase))
            .Select(receiver => $"Reconciliation:Receivers:{receiver.Key}: '{receiver.Value}' is not a route; there are {string.Join(", ", WebhookRoute.All)}, and {ReconciliationOptions.NotOurs}.");

    private IEnumerable<string> Webhook(NotifierOptions options)
    {
        if (string.IsNullOrWhiteSpace(options.WebhookToken) && !ListensOnLoopbackOnly())
            yield return "Notifier:WebhookToken must be set where others than this machine reach the notifier.";
    }

    private static IEnumerable<string> Updates(TelegramOptions options)
    {
        if (options.WebhookUrl is not { } url)
            yield break;
        if (!IsWeb(url))
            yield return "Telegram:WebhookUrl is not an http or https address.";
        // A server of the Bot API of one's own is less strict.
        else if (options.ApiUrl?.Host == TelegramHost && (url.Scheme != Uri.UriSchemeHttps || !TelegramPorts.Contains(url.Port)))
            yield return $"Telegram:WebhookUrl must be an https address with one of the ports that Telegram calls: {string.Join(", ", TelegramPorts)}.";
        // Its form only: it must not be shown.
        if (options.WebhookSecret is not { Length: >= 16 and <= 256 } secret || !secret.All(IsOfSecret))
            yield return "Telegram:WebhookSecret must be set with Telegram:WebhookUrl: 16 to 256 letters, digits, _ and -.";
        if (!options.Updates)
            yield return "Telegram:WebhookUrl is set, but Telegram:Updates is false.";
    }

    private IEnumerable<string> Store()
    {
        if (configuration.GetConnectionString(StoreDatabase.ConnectionName) is not { Length: > 0 } postgres)
            return [];
        try
        {
            _ = new NpgsqlConnectionStringBuilder(postgres);
            return [];
        }
        catch (ArgumentException)
        {
            // Its words may hold the password.
            return [$"ConnectionStrings:{StoreDatabase.ConnectionName} is not a connection string of PostgreSQL."];
        }
    }

    private bool ListensOnLoopbackOnly()
    {
        var ports = configuration["http_ports"] ?? configuration["https_ports"];
        var urls = configuration[WebHostDefaults.ServerUrlsKey];
        return string.IsNullOrEmpty(urls)
            ? string.IsNullOrEmpty(ports)
            : urls.Split(';', StringSplitOptions.RemoveEmptyEntries).All(text =>
                Uri.TryCreate(text, UriKind.Absolute, out var uri) && (uri.Host == "localhost" || IPAddress.TryParse(uri.Host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address)));
    }

    private static bool IsToken(string token) =>
        token.Split(':') is [{ Length: > 0 } id, { Length: >= 10 } secret] && id.All(char.IsAsciiDigit) && secret.All(IsOfSecret);

    private static bool IsOfSecret(char c) => char.IsAsciiLetterOrDigit(c) || c is '-' or '_';

    private static bool IsNumber(string text) => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number != 0;

    private static bool IsWeb(Uri url) => url is { IsAbsoluteUri: true, Scheme: "http" or "https" };
}
