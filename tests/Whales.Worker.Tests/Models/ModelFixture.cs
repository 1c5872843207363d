using Microsoft.Extensions.Logging.Abstractions;
using Whales.Testing.Models;
using Whales.Worker.Models;

namespace Whales.Worker.Tests.Models;

/// <summary>A folder for a test's models, and short ways to load them and ask them.</summary>
public abstract class ModelFixture : IDisposable
{
    protected string Root { get; } = Directory.CreateTempSubdirectory("models").FullName;

    public void Dispose()
    {
        Directory.Delete(Root, recursive: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>One session, batches as large as the model allows: what is put together does not depend on measurements.</summary>
    internal static InferenceOptions Fixed(int batchSize = 8, int sessions = 1) =>
        new() { BatchSize = batchSize, Sessions = sessions, WarmUpSeconds = 0.01, ExecutionProvider = ExecutionProviderChoice.Cpu };

    internal static Task<IdentificationModel> LoadAsync(string folder, InferenceOptions? options = null, Action<BatchReport>? batchRan = null) =>
        IdentificationModel.LoadAsync(folder, options ?? Fixed(), NullLogger.Instance, TimeProvider.System, batchRan);

    internal Task<IdentificationModel> LoadAsync(TestModel model, InferenceOptions? options = null, Action<BatchReport>? batchRan = null) =>
        LoadAsync(TestModels.Write(Root, model), options, batchRan);

    internal static async Task<Prediction> AskAsync(IdentificationModel model, byte red, byte green, byte blue)
    {
        using var photo = model.RentTensor();
        TestModels.Paint(photo.Values, red, green, blue);
        return await model.PredictAsync(photo);
    }
}
