using System.Text.Json;
using Whales.Notifier.Export;
using Whales.Notifier.Tests.Running;
using Whales.Testing;

namespace Whales.Notifier.Tests.Delivery;

/// <summary>A critical alert that nobody takes goes to a second chat and lives on there; what was told can be read afterwards.</summary>
public sealed class EscalationTests
{
    private const long Second = -1002;

    private static readonly Dictionary<string, string?> TwoChats = new()
    {
        ["Telegram__Chats__ops__EscalateTo"] = "boss",
        ["Telegram__Chats__boss__Id"] = "-1002",
        ["Telegram__AllowedUsers__0"] = "42",
        ["Notifier__Routes__default__0"] = "ops",
        ["Notifier__EscalateAfter"] = "00:00:01",
    };

    [Fact]
    public async Task Critical_ThatNobodyTakes_IsToldInTheSecondChatAndEndsInBoth()
    {
        await using var telegram = await FakeBotApi.StartAsync();
        await using var notifier = await RunningNotifier.StartAsync(telegram, TwoChats);

        await notifier.AcceptAsync(Payloads.Firing("Lukewarm", "warning"));
        await Eventually.UntilAsync(() => telegram.Messages.Count == 1, RunningNotifier.Patience, "the message");
        await notifier.AcceptAsync(Payloads.Firing("OnFire", "critical"));
        await Eventually.UntilAsync(() => In(Second).Any(), RunningNotifier.Patience, "the second chat");
        var escalated = In(Second).Single();
        Assert.Contains("⏫ Nobody in ops has taken this for ", escalated.Text, StringComparison.Ordinal);
        Assert.Contains("OnFire", escalated.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Lukewarm", escalated.Text, StringComparison.Ordinal);

        // A button pressed there is told in both.
        telegram.Press(Second, escalated.Sent, Button(escalated.Body, "I take it"));
        await Eventually.UntilAsync(
            () => telegram.Edits.Count(edit => edit.Text.Contains("Taken by @ada", StringComparison.Ordinal)) == 2, RunningNotifier.Patience, "both say who took it");
        Assert.DoesNotContain("Nobody", telegram.Edits.Last(edit => edit.Chat == Second).Text, StringComparison.Ordinal);

        await notifier.AcceptAsync(Payloads.Resolved("OnFire", "critical"));
        await Eventually.UntilAsync(
            () => telegram.Edits.Count(edit => edit.Text.StartsWith("<b>✅ Resolved: OnFire", StringComparison.Ordinal)) == 2, RunningNotifier.Patience, "both say that it is over");
        Assert.Single(In(Second), message => !message.Text.StartsWith("<b>✅", StringComparison.Ordinal));

        await Eventually.UntilAsync(async () => (await ExportAsync(notifier.StoreFile)).All(line => line.TryGetProperty("sentAt", out _)), RunningNotifier.Patience, () => "all is noted");
        var told = (await ExportAsync(notifier.StoreFile)).Where(line => line.GetProperty("what").GetString() == "alerts").ToList();
        Assert.Equal(["boss: OnFire", "ops: Lukewarm", "ops: OnFire"], told.Select(line => $"{line.GetProperty("chat")}: {line.GetProperty("alerts")[0].GetProperty("name")}").Order(StringComparer.Ordinal));
        var first = told.Single(line => line.GetProperty("chat").GetString() == "boss");
        Assert.Equal("@ada", first.GetProperty("acknowledged").GetProperty("by").GetString());
        Assert.Equal("ops", first.GetProperty("escalation").GetProperty("chat").GetString());
        Assert.Equal(escalated.Sent, first.GetProperty("messageId").GetInt64());
        Assert.True(first.TryGetProperty("closedAt", out _));
        Assert.Empty(await ExportAsync(notifier.StoreFile, "--to", "2026-01-01T00:00:00Z"));
        Assert.Equal(2, (await ExportAsync(notifier.StoreFile, "--from", "2026-01-01T00:00:00Z")).Count(line => line.TryGetProperty("acknowledged", out _)));

        IEnumerable<BotCall> In(long chat) => telegram.Messages.Where(message => message.Chat == chat);
    }

    [Theory]
    [InlineData(2, "--from", "yesterday")]
    [InlineData(2, "--what")]
    [InlineData(1, "--store", "/nowhere/at/all.db")]
    public async Task Export_WhatCannotBeDone_IsSaid(int expected, params string[] args)
    {
        using var problems = new StringWriter();

        Assert.Equal(expected, await ExportCommand.RunAsync(args, TextWriter.Null, problems));
        Assert.NotEmpty(problems.ToString());
    }

    private static async Task<List<JsonElement>> ExportAsync(string store, params string[] args)
    {
        using var output = new StringWriter();
        Assert.Equal(0, await ExportCommand.RunAsync(["--store", store, .. args], output, TextWriter.Null));
        return [.. output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
    }

    private static string Button(JsonElement body, string words) =>
        body.GetProperty("reply_markup").GetProperty("inline_keyboard").EnumerateArray().SelectMany(row => row.EnumerateArray())
            .First(button => button.GetProperty("text").GetString()!.Contains(words, StringComparison.Ordinal)).GetProperty("callback_data").GetString()!;
}
