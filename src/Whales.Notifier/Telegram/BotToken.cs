using Microsoft.Extensions.Options;

namespace Whales.Notifier.Telegram;

/// <summary>
/// The bot's token; null for a dry run. It may come from a file, <c>Telegram__BotToken_FILE</c>, which is read again when Telegram refuses
/// what was in it: a new token needs no restart.
/// </summary>
internal sealed class BotToken
{
    private const string FileVariable = "Telegram__BotToken_FILE";

    private readonly string? _file;
    private volatile string? _value;

    public BotToken(IOptions<TelegramOptions> options)
        : this(options.Value.BotToken, Environment.GetEnvironmentVariable(FileVariable))
    {
    }

    internal BotToken(string? value, string? file)
    {
        _value = string.IsNullOrWhiteSpace(value) ? null : value.Trim();
        _file = file;
    }

    public string? Value => _value;

    public bool IsSet => _value is not null;

    /// <returns>True when the file has another token now.</returns>
    public bool Reload()
    {
        if (string.IsNullOrEmpty(_file))
            return false;
        try
        {
            var read = File.ReadAllText(_file).Trim();
            if (read.Length == 0 || read == _value)
                return false;
            _value = read;
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Never the token itself, whoever formats this object.</summary>
    public override string ToString() => IsSet ? "(a token)" : "(no token)";
}
