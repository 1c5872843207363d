using Whales.Contracts;
using Whales.Notifier.Messages.Texts;
using Whales.Notifier.Silences;
using static System.FormattableString;

namespace Whales.Notifier.Commands.Texts;

internal sealed class RussianCommandTexts : CommandTexts
{
    public override string Describe(string command) => command switch
    {
        "status" => "модели, обработчики, пульс, что не доставлено",
        "alerts" => "какие тревоги сейчас",
        "silences" => "что приглушено, до какого времени и кем",
        "queues" => "сколько фотографий ждёт",
        "mute" => "звук только у критичного: /mute 2h, /mute off",
        "id" => "номера этого чата, темы и ваш",
        _ => "что я понимаю",
    };

    public override string Help => "Я сообщаю, что не так с опознаванием китов, и понимаю:";
    public override string UnknownCommand(string name) => $"Команды /{name} нет. Все команды: /help.";

    public override string ChatId => "Этот чат";
    public override string TopicId => "Эта тема";
    public override string YourId => "Вы";
    public override string ChatName(string name) => $"В настройках он называется {name}.";

    public override string NothingFires => "Тревог нет.";
    public override string Fires(int count) => Invariant($"{count} {Plurals.Russian(count, "тревога", "тревоги", "тревог")}");
    public override string SilencedOnes(int count) => Invariant($"{count} {Plurals.Russian(count, "приглушена", "приглушены", "приглушено")}");
    public override string InhibitedOnes(int count) => Invariant($"{count} {Plurals.Russian(count, "следует", "следуют", "следуют")} из другой");
    public override string FromMemory => "По памяти самой службы:";
    public override string More(int count) => Invariant($"… и ещё {count}");

    public override string NoSilences => "Ничего не приглушено.";
    public override string Silences(int count) => Invariant($"{count} {Plurals.Russian(count, "приглушение", "приглушения", "приглушений")}");
    public override string Until(string time) => $"до {time}";
    public override string By(string who) => $"кем: {who}";

    public override string Status => "Состояние";
    public override string Queues => "Фотографии в очередях";
    public override string ApiNotConfigured => "Адрес API (Commands:ApiUrl) не задан, о моделях ничего не известно.";
    public override string ApiSilent => "API не отвечает, о моделях ничего не известно.";
    public override string NoModels => "API не знает ни одной модели.";

    public override string Model(string name, ModelState state, int workers) => state switch
    {
        ModelState.Ready => Invariant($"✅ {name}: {workers} {Plurals.Russian(workers, "обработчик", "обработчика", "обработчиков")}"),
        ModelState.Loading => $"⏳ {name}: загружается",
        ModelState.Failed => $"🔥 {name}: не загрузилась",
        _ => $"⚠️ {name}: нет обработчика",
    };

    public override string Waiting(int interactive, int bulk) =>
        Invariant($"{Plurals.Russian(interactive, "ждёт", "ждут", "ждут")} {interactive}") + (bulk > 0 ? Invariant($" и {bulk} в пакетах") : "");

    public override string Oldest(string duration) => $"самая старая {duration}";
    public override string ReadyIn(string duration) => $"ещё примерно {duration}";
    public override string Heartbeat(string ago) => $"Пульс мониторинга: {ago} назад";
    public override string NoHeartbeat => "⚠️ Пульса мониторинга ещё не было.";
    public override string Backlog(int count, string? oldest) => count == 0 ? "Все сообщения доставлены." :
        Invariant($"⚠️ {Plurals.Russian(count, "Не доставлено", "Не доставлены", "Не доставлено")} {count} {Plurals.Russian(count, "сообщение", "сообщения", "сообщений")}") + (oldest is null ? "." : $", самое старое {oldest}.");
    public override string BrokenChats(string names) => $"🔥 Чаты, в которые нельзя писать: {names}";
    public override string Broker(bool connected) => connected ? "RabbitMQ: на связи" : "🔥 RabbitMQ: нет связи";
    public override string Muted(string until) => $"🔕 Чат приглушён до {until}.";

    public override string MutedNow(string until) => $"🔕 До {until} звук здесь только у критичного. /mute off вернёт его остальному.";
    public override string Unmuted => "🔔 Чат больше не приглушён.";
    public override string NotMuted => "Чат не приглушён. /mute 2h приглушит его.";
    public override string MuteUsage(string longest) => $"Укажите срок: /mute 30m, /mute 2h, /mute 1d, не больше {longest}; /mute off отменит.";
    public override string MuteUnknownChat => "Этого чата нет в настройках, сюда и так ничего не приходит.";

    public override string NotAllowed => "Вам это не разрешено. Ваш номер (/id) может внести в настройки тот, у кого есть доступ.";
    public override string ButtonUnknown => "Это сообщение уже забыто.";
    public override string ButtonExpired => "Кнопка устарела. Используйте /alerts или страницу Alertmanager.";
    public override string SilencedUntil(string until, int count) => Invariant($"🔇 Приглушено до {until} ({count} {Plurals.Russian(count, "приглушение", "приглушения", "приглушений")}).");
    public override string AlreadySilenced(string until, string who) => $"Уже приглушено до {until}: {who}.";
    public override string NothingToSilence => "Из этого уже ничего не продолжается.";
    public override string TooManyToSilence(int most) => Invariant($"Больше {most} тревог: приглушите всё имя или используйте страницу Alertmanager.");
    public override string Undone => "🔔 Приглушение снято.";
    public override string UndoTooLate => "Здесь отменить уже нельзя, можно на странице Alertmanager.";
    public override string NothingToUndo => "Отменять нечего.";
    public override string Taken => "✋ Записано за вами.";
    public override string AlreadyTaken(string who) => $"Уже взято: {who}.";
    public override string SilenceComment(string what, string who) => $"{what}: из Telegram, {who}";

    public override string Alertmanager(AlertmanagerFailure failure, string detail) => failure switch
    {
        AlertmanagerFailure.NotConfigured => "Адрес Alertmanager (Alertmanager:Url) не задан.",
        AlertmanagerFailure.Unreachable => "Alertmanager недоступен.",
        AlertmanagerFailure.TooSlow => "Alertmanager не ответил вовремя.",
        _ => $"Alertmanager отказал: {detail}",
    };

    public override string AfterFailedPress(AlertmanagerFailure failure) =>
        failure == AlertmanagerFailure.TooSlow ? "Сделано ли это, покажет /silences." : "Ничего не изменено.";
}
