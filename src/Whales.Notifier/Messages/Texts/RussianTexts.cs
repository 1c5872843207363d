using Whales.Contracts;
using Whales.Notifier.Alerts;

namespace Whales.Notifier.Messages.Texts;

internal sealed class RussianTexts : MessageTexts
{
    public override string SeverityWord(Severity severity) => severity switch
    {
        Severity.Critical => "Критично",
        Severity.Warning => "Внимание",
        Severity.Info => "К сведению",
        _ => "Сообщение",
    };

    public override string Resolved => "Прошло";
    public override string UnnamedAlert => "Тревога без имени";
    public override string Firing(int count) => Plain($"{count} {Plurals.Russian(count, "тревога", "тревоги", "тревог")}");
    public override string Over(int count) => Plain($"{count} {Plurals.Russian(count, "прошла", "прошли", "прошли")}");
    public override string Since(string time, string duration) => $"С {time}, уже {duration}";
    public override string SinceShort(string time, string duration) => $"с {time} ({duration})";
    public override string After(string duration) => $"длилось {duration}";
    public override string Lasted(string duration) => $"прошло, длилось {duration}";
    public override string From(string begin, string end) => $"С {begin} по {end}";
    public override string OverUnknown => "прошло";
    public override string Value(string value) => $"Значение: {value}";
    public override string MoreAlerts(int count) => Plain($"… и ещё {count}");
    public override string SilencedBy(string until, string who) => $"🔇 Приглушено до {until}: {who}";
    public override string TakenBy(string who, string at) => $"✋ Взято в работу: {who}, {at}";

    public override string Flapping(int times, string within, string? mutedUntil) =>
        Plain($"🔁 Мигает: {times} {Plurals.Russian(times, "раз", "раза", "раз")} за {within}.") +
        (mutedUntil is null ? "" : $" До {mutedUntil} отдельные изменения не сообщаются.");

    public override string StillFiring(string duration) => $"всё ещё продолжается, {duration}";
    public override string Worse(int count) => Plain($"стало хуже: сейчас {count} {Plurals.Russian(count, "тревога", "тревоги", "тревог")}");
    public override string Escalated(string duration) => $"Никто не взял в работу уже {duration}.";

    public override string OlderDropped(int count) => Plain($"{count} {Plurals.Russian(count, "старое сообщение отброшено", "старых сообщения отброшены", "старых сообщений отброшены")}: ") +
        Plain($"{Plurals.Russian(count, "его", "их", "их")} не удалось отправить вовремя.");

    public override string GroupsAtOnce(int count) => Plain($"{count} {Plurals.Russian(count, "проблема", "проблемы", "проблем")} сразу");

    public override string Runbook => "Инструкция";
    public override string Dashboard => "Графики";
    public override string Query => "Запрос";
    public override string SilenceForm => "Приглушить вручную";
    public override string SilenceFor(int hours) => Plain($"🔇 {hours} ч");
    public override string SilenceName(string name, int hours) => Plain($"🔇 Все {name}, {hours} ч");
    public override string Undo => "↩️ Вернуть звук";
    public override string Take => "✋ Беру в работу";

    public override string FailureHeadline(FailureType type, string reason, int count) => type switch
    {
        FailureType.IdentificationFailed =>
            Plain($"{count} {Plurals.Russian(count, "фотография не обработана", "фотографии не обработаны", "фотографий не обработано")}: {reason}"),
        FailureType.ModelLoadFailed => "модель не загрузилась",
        FailureType.Fault => Plain($"{count} {Plurals.Russian(count, "команда не выполнена", "команды не выполнены", "команд не выполнено")}: {reason}"),
        FailureType.Undecodable => Plain($"{count} {Plurals.Russian(count, "нечитаемое сообщение", "нечитаемых сообщения", "нечитаемых сообщений")}: {reason}"),
        _ => Plain($"{count} {Plurals.Russian(count, "сообщение отвергнуто", "сообщения отвергнуты", "сообщений отвергнуто")} брокером: {reason}"),
    };

    public override FailureHelp FailureHelp(FailureType type, string reason) => (type, reason) switch
    {
        (FailureType.IdentificationFailed, FailureCodes.CorruptedImage) => new(
            "Файл не является изображением, которое можно прочитать, или он обрывается.",
            "Попросите у отправителя исходный файл. Если таких много от одного отправителя, проверьте, как он загружает."),
        (FailureType.IdentificationFailed, FailureCodes.ImageMissing) => new(
            "Фотография была принята, но её больше нет в хранилище.",
            "Проверьте, что API и обработчики смотрят в одно хранилище, и его диск. Верните фотографии и повторите неудачные."),
        (FailureType.IdentificationFailed, FailureCodes.ModelUnavailable) => new(
            "Ни один обработчик не смог вовремя обслужить модель.",
            "Посмотрите GET /v1/models и журналы обработчиков; запустите обработчик и повторите неудачные."),
        (FailureType.IdentificationFailed, FailureCodes.InferenceError) => new(
            "Сеть не справилась с фотографией или выдала не число.",
            "Посмотрите журнал обработчика, на GPU также память и драйвер. Затем повторите неудачные."),
        (FailureType.IdentificationFailed, FailureCodes.PoisonousImage) => new(
            "Фотография раз за разом роняла обработчик и отложена.",
            "Не повторяйте её. Сохраните фотографию для отчёта об ошибке; журнал обработчика говорит, как он упал."),
        (FailureType.IdentificationFailed, _) => new(
            "Ошибка в самой системе.",
            "Найдите идентификацию в журнале обработчика. Повторите, когда причина ясна."),
        (FailureType.ModelLoadFailed, _) => new(
            "На этом обработчике модель не работает. Её фотографии ждут.",
            "Запустите check-model для папки модели; проверьте контрольную сумму, память и журнал обработчика."),
        (FailureType.Fault, _) => new(
            "Команда не выполнилась после всех повторов.",
            "Найдите сообщение в журнале того, кто его обрабатывал."),
        (FailureType.Undecodable, _) => new(
            "Кто-то прислал то, что никто не может прочитать: другая версия или чужой на брокере.",
            "Сравните версии API и обработчиков; проверьте, кто может писать в брокер."),
        _ => new(
            "Брокер отказался от сообщений; их фотографии станут неудачными.",
            "Посмотрите GET /v1/identifications?status=failed и очередь отвергнутых на странице RabbitMQ."),
    };

    public override string WhatToDo => "Что делать";
    public override string Example => "Пример";
    public override string SeenOn(string worker) => $"на {worker}";
    public override string Between(string first, string last) => $"С {first} по {last}";

    public override string Storm(int count, string within) => Plain($"Шквал: {count} {Plurals.Russian(count, "сообщение", "сообщения", "сообщений")} за {within}");
    public override string Counts(int firing, int over) => Plain($"{firing} {Plurals.Russian(firing, "продолжается", "продолжаются", "продолжаются")}, {over} {Plurals.Russian(over, "прошла", "прошли", "прошли")}");
    public override string MoreKinds(int count) => Plain($"… и ещё {count} {Plurals.Russian(count, "вид", "вида", "видов")}");
    public override string MorePlaces(int count) => Plain($"и ещё {count}");
    public override string DigestAdvice => "У такого множества обычно одна причина: начните с брокера, сети и самой машины.";
    public override string HeartbeatLost(string duration) => $"Мониторинг ослеп: нет пульса уже {duration}";
    public override string HeartbeatNeverSeen => "Мониторинг ослеп: пульса ещё не было ни разу";
    public override string HeartbeatLostAgain(string duration) => $"Мониторинг всё ещё слеп: нет пульса уже {duration}";
    public override string HeartbeatMeaning =>
        "Сигнал Watchdog перестал приходить, значит не придёт и ничего другого. Проверьте Prometheus, Alertmanager и путь от них сюда.";
    public override string HeartbeatLastSeen(string time) => $"Последний раз: {time}";
    public override string HeartbeatReturned(string duration) => $"Пульс вернулся: мониторинг был слеп {duration}";
    public override string HeartbeatGap(string begin, string end) => $"С {begin} по {end}. О том, что было за это время, можно не узнать.";
    public override string Day(string from, string to) => $"За день, с {from} по {to}";

    public override string DayModel(string model, long succeeded, long failed, string? worst) =>
        Plain($"{model}: {succeeded} {Plurals.Russian(succeeded, "фотография", "фотографии", "фотографий")} с ответом, {failed} без ответа") +
        (worst is null ? "" : $", дольше всего {worst}");

    public override string DayNoModels => "Фотографий не было.";
    public override string DayAlerts => "Тревоги";
    public override string DayNoAlerts => "Тревог не было.";
    public override string DayDeadLetters(int count) => Plain($"{Plurals.Russian(count, "Ждёт", "Ждут", "Ждут")} {count} {Plurals.Russian(count, "отвергнутое сообщение", "отвергнутых сообщения", "отвергнутых сообщений")}.");
    public override string DayUnknown => "Данные о моделях получить не удалось.";

    public override string Operator(OperatorNoticeKind kind, string chat, string detail) => kind switch
    {
        OperatorNoticeKind.ChatMigrated => $"Чат {chat} стал супергруппой. Его новый номер {detail}: внесите его в настройки. До тех пор он хранится в памяти службы.",
        OperatorNoticeKind.ChatBroken => $"В чат {chat} нельзя писать ({detail}). Пока это так, его сообщения приходят сюда.",
        OperatorNoticeKind.TopicMissing => $"Темы чата {chat} нет. Его сообщения идут в общую тему.",
        _ => $"В чат {chat} снова можно писать.",
    };

    public override string Test => "Проверка: сообщения сюда доходят";
    public override string TestMeaning => "Всё в порядке. Кто-то проверяет путь от службы до этого чата.";

    protected override string Unit(char unit) => unit switch { 's' => "с", 'm' => "мин", 'h' => "ч", _ => "д" };

    protected override string Month(int month) =>
        ((string[])["янв", "фев", "мар", "апр", "мая", "июн", "июл", "авг", "сен", "окт", "ноя", "дек"])[month - 1];
}
