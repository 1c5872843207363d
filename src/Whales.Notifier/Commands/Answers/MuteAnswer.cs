using Microsoft.Extensions.Options;
using Whales.Notifier.Messages.Markup;

namespace Whales.Notifier.Commands.Answers;

/// <summary>/mute: quiet in this chat for a while.</summary>
internal sealed class MuteAnswer(IMutes mutes, IKnownChats chats, IOptions<CommandOptions> options)
{
    private static readonly string[] Off = ["off", "0", "end", "stop", "выкл", "нет"];

    public async Task<MessageText> WriteAsync(AnswerContext context, long chatId, string argument, CancellationToken cancellation)
    {
        var text = new MessageText();
        if (chats.Find(chatId) is null)
            return text.Text(context.Texts.MuteUnknownChat);
        if (argument.Length == 0)
        {
            var until = await mutes.MutedUntilAsync(chatId, cancellation);
            return text.Text(until > context.Now ? context.Texts.Muted(context.Clock(until.Value)) : context.Texts.NotMuted);
        }

        if (Off.Contains(argument, StringComparer.OrdinalIgnoreCase))
        {
            await mutes.MuteAsync(chatId, null, cancellation);
            return text.Text(context.Texts.Unmuted);
        }

        if (CommandLine.Duration(argument) is not { } length || length > options.Value.MaxMute)
            return text.Text(context.Texts.MuteUsage(context.Words.Duration(options.Value.MaxMute)));
        var end = context.Now + length;
        await mutes.MuteAsync(chatId, end, cancellation);
        return text.Text(context.Texts.MutedNow(context.Clock(end)));
    }
}
