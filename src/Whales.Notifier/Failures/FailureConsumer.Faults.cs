using MassTransit;
using Whales.Contracts;
using Whales.Notifier.Intake;
using Whales.Notifier.Messages;

namespace Whales.Notifier.Failures;

/// <summary>Faults: one for each message of the contracts, since their common base has no exchange of its own. A test knows when one is missing.</summary>
internal sealed partial class FailureConsumer :
    IConsumer<Fault<IdentifyWhale>>, IConsumer<Fault<EmbedPhoto>>, IConsumer<Fault<WhaleIdentified>>, IConsumer<Fault<WhaleIdentificationFailed>>, IConsumer<Fault<IdentificationCanceled>>,
    IConsumer<Fault<IdentificationDeadLettered>>, IConsumer<Fault<PhotoEndedWorker>>, IConsumer<Fault<PhotoEmbedded>>, IConsumer<Fault<PhotoEmbeddingFailed>>,
    IConsumer<Fault<CatalogueChanged>>, IConsumer<Fault<ModelStateChanged>>
{
    public Task Consume(ConsumeContext<Fault<IdentifyWhale>> context) => FaultedAsync(context, message => (message.Model, message.IdentificationId));

    public Task Consume(ConsumeContext<Fault<EmbedPhoto>> context) => FaultedAsync(context, message => (message.Model, message.PhotoId));

    public Task Consume(ConsumeContext<Fault<WhaleIdentified>> context) => FaultedAsync(context, message => (message.Model, message.IdentificationId));

    public Task Consume(ConsumeContext<Fault<WhaleIdentificationFailed>> context) => FaultedAsync(context, message => (message.Model, message.IdentificationId));

    public Task Consume(ConsumeContext<Fault<IdentificationCanceled>> context) => FaultedAsync(context, message => ("", message.IdentificationId));

    public Task Consume(ConsumeContext<Fault<IdentificationDeadLettered>> context) => FaultedAsync(context, message => (message.Model, message.IdentificationId));

    public Task Consume(ConsumeContext<Fault<PhotoEndedWorker>> context) => FaultedAsync(context, message => ("", message.IdentificationId));

    public Task Consume(ConsumeContext<Fault<PhotoEmbedded>> context) => FaultedAsync(context, message => (message.Model, message.PhotoId));

    public Task Consume(ConsumeContext<Fault<PhotoEmbeddingFailed>> context) => FaultedAsync(context, message => (message.Model, message.PhotoId));

    public Task Consume(ConsumeContext<Fault<CatalogueChanged>> context) => FaultedAsync(context, message => (message.Model, null));

    public Task Consume(ConsumeContext<Fault<ModelStateChanged>> context) => FaultedAsync(context, message => (message.Model, null));

    /// <summary>A consumer failed with a message.</summary>
    private Task FaultedAsync<T>(ConsumeContext<Fault<T>> context, Func<T, (string Model, Guid? Id)> of)
    {
        var (model, id) = of(context.Message.Message);
        var (exception, sample) = Sample(context.Message.Exceptions, (id ?? context.Message.FaultedMessageId)?.ToString() ?? "", context.Message.Host);
        return AcceptAsync(new FailureEvent(FailureType.Fault, model, $"{typeof(T).Name} {exception}", sample), context);
    }
}
