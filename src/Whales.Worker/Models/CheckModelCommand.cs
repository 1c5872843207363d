using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Whales.Hosting.Models;
using Whales.Imaging;
using Whales.Worker.Matching;
using Whales.Worker.Quality;

namespace Whales.Worker.Models;

/// <summary>
/// <c>check-model [--pictures PICTURES [--record]] FOLDER...</c>: says what is right and what is wrong with model folders, before a host meets them.
/// With pictures, also whether a model still gives for them what it is on record for; or it puts that on record.
/// </summary>
internal static class CheckModelCommand
{
    public const string Name = "check-model";

    /// <param name="args">Options and folders.</param>
    /// <param name="output">A line per finding.</param>
    /// <param name="speedSeconds">About how long to measure the speed.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The exit code: 0 when all is right, 1 when something is wrong, 2 when no folder was named.</returns>
    public static async Task<int> RunAsync(string[] args, TextWriter output, double speedSeconds = 4, CancellationToken cancellationToken = default)
    {
        var pictures = args is ["--pictures", var given, ..] ? given : null;
        var record = pictures is not null && args.ElementAtOrDefault(2) == "--record";
        var folders = args[(record ? 3 : pictures is null ? 0 : 2)..];
        if (folders.Length == 0 || folders.Any(folder => folder.StartsWith('-')))
        {
            await output.WriteLineAsync($"usage: {Name} [--pictures PICTURES [--record]] FOLDER...   for instance {Name} models/efficientnet_v2");
            return 2;
        }

        var right = true;
        foreach (var folder in folders)
            right &= await new Check(folder, pictures, record, speedSeconds, output).RunAsync(cancellationToken);
        return right ? 0 : 1;
    }

    /// <summary>Goes on after an error wherever the next check does not need what failed.</summary>
    private sealed class Check(string folder, string? pictures, bool record, double speedSeconds, TextWriter output)
    {
        // What a CPU gives, a picture at a time, is what others are held against.
        private readonly InferenceOptions _inference = record
            ? new() { WarmUpSeconds = speedSeconds, ExecutionProvider = ExecutionProviderChoice.Cpu, BatchSize = 1 }
            : new() { WarmUpSeconds = speedSeconds };

        private bool _right = true;

        public async Task<bool> RunAsync(CancellationToken cancellationToken)
        {
            await output.WriteLineAsync(folder);
            if (await TryAsync(() => Task.FromResult(ModelFiles.ReadManifest(folder))) is { } manifest)
                await CheckAsync(manifest, cancellationToken);
            await output.WriteLineAsync(_right ? "all right" : "something is wrong");
            return _right;
        }

        private async Task CheckAsync(ModelManifest manifest, CancellationToken cancellationToken)
        {
            await OkAsync($"manifest: {manifest.Name} {manifest.Version}, {manifest.Tier}, {InFile(manifest.Task)}, input {manifest.Input.Width} x {manifest.Input.Height} {InFile(manifest.Input.Layout)}");

            if (await TryAsync(() => ModelFiles.CheckHashAsync(folder, manifest, cancellationToken)) is { } hash)
                await OkAsync($"{Network.FileName}: SHA-256 {hash}");
            var matcher = await TryAsync(() => Task.FromResult(CatalogueFiles.Read(folder, manifest.Task, manifest.Match.PrototypeShare)));
            if (matcher is not null)
                await OkAsync(Describe(matcher));
            using var network = await TryAsync(() => Task.Run(() => Network.Open(folder, manifest, _inference), cancellationToken));
            if (network is not null)
                await OkAsync($"network: {network.Dimensions} values for a photo{(network.GateShape is null ? "" : ", with a cetacean gate")}, on {network.ExecutionProvider}{(network.WhyNotCuda is { } reason ? $" (no CUDA: {reason})" : "")}");
            if (matcher is not null && network is not null)
                await TryAsync(() =>
                {
                    ModelFiles.CheckDimensions(folder, network, matcher);
                    return Task.FromResult(matcher);
                });

            if (_right)
                await RunOnceAsync(cancellationToken);
        }

        // The whole way that a photo goes in a host, with a grey picture.
        private async Task RunOnceAsync(CancellationToken cancellationToken)
        {
            await using var model = await TryAsync(() => IdentificationModel.LoadAsync(folder, _inference, NullLogger.Instance, TimeProvider.System, cancellationToken: cancellationToken));
            if (model is null)
                return;
            await OkAsync($"speed: {1 / model.SecondsPerPhoto:F1} photos/s in batches of up to {model.BatchSize}, {model.Sessions} side by side");
            using var photo = model.RentTensor();
            photo.Values.Clear();
            if (await TryAsync(() => model.PredictAsync(photo, cancellationToken: cancellationToken).AsTask()) is { } answer)
                await OkAsync($"one run, on a picture of the mean colour: {InFile(answer.Decision)}, best {answer.Candidates[0].IndividualId} {answer.Candidates[0].Score:F3} (threshold {model.Manifest.Thresholds.Match:F3})");
            if (_right && pictures is not null)
                await MeasureAsync(model, pictures, cancellationToken);
        }

        private async Task MeasureAsync(IdentificationModel model, string from, CancellationToken cancellationToken)
        {
            if (await TryAsync(() => QualityMeasurement.MeasureAsync(model, PictureSet.Read(from), cancellationToken)) is not { } measured)
                return;
            foreach (var (kind, retrieval) in measured.Retrieval)
                await OkAsync($"pictures, {kind}: {retrieval}");
            if (record)
            {
                if (await TryAsync(() => Task.FromResult(measured.Write(folder))) is { } file)
                    await OkAsync($"recorded in {file}");
                return;
            }

            if (await TryAsync(() => Task.FromResult(QualityRecord.Read(folder))) is { } recorded)
            {
                var moved = QualityComparison.Moved(recorded, measured);
                foreach (var sentence in moved)
                    await ErrorAsync(sentence);
                if (moved.Count == 0)
                    await OkAsync($"retrieval, embeddings (cosine {QualityComparison.Cosines(recorded, measured).Min(pair => pair.Cosine):F6} or more) and scores are those of {QualityRecord.FileName}");
            }

            if (!_right)
                await output.WriteLineAsync($"         If this model is meant to be so, record it: dotnet run --project src/Whales.Worker -c Release -- {Name} --pictures {from} --record {folder}");
        }

        private static string Describe(IMatcher matcher) => matcher is CatalogueMatcher { Catalogue: var catalogue }
            ? $"catalogue {catalogue.Version}: {catalogue.Rows} embeddings of {catalogue.Individuals.Count} individuals, {catalogue.Dimensions} values each"
            : $"labels {matcher.CatalogueVersion}: {matcher.Dimensions} individuals";

        // As model.json and the API write it.
        private static string InFile<T>(T choice) where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(choice.ToString());

        private Task OkAsync(string text) => output.WriteLineAsync($"  ok     {text}");

        private Task ErrorAsync(string text)
        {
            _right = false;
            return output.WriteLineAsync($"  error  {text}");
        }

        private async Task<T?> TryAsync<T>(Func<Task<T>> check) where T : class
        {
            try
            {
                return await check();
            }
            catch (Exception e) when (e is ModelLoadException or InferenceException or QualityException or UnreadableImageException)
            {
                await ErrorAsync(e.Message);
                return null;
            }
        }
    }
}
