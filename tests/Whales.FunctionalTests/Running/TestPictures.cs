using Whales.Testing.Images;
using Whales.Testing.Models;

namespace Whales.FunctionalTests.Running;

/// <summary>Photos of one colour, and models that name the colour: fast enough for tests, and one as slow as a real one.</summary>
public static class TestPictures
{
    /// <summary>Answers in a millisecond.</summary>
    public const string QuickModel = "colours";

    /// <summary>Takes some tens of milliseconds a photo, also in batches, so that a worker can be caught at work.</summary>
    public const string SlowModel = "slow_colours";

    /// <summary>Takes about half a second a photo, more on a slow machine: a worker that has it is not done when the test kills it.</summary>
    public const string LongModel = "long_colours";

    public static byte[] Red { get; } = TestPhotos.Png(Picture.Solid(64, 48, (255, 0, 0)));

    /// <summary>What some models fail with: <see cref="TestModel.EndsProcessForWhite"/> and others.</summary>
    public static byte[] White { get; } = TestPhotos.Png(Picture.Solid(64, 48, (255, 255, 255)));

    public static byte[] Blue { get; } = TestPhotos.Png(Picture.Solid(48, 64, (0, 0, 255)));

    public static void WriteQuickModel(string folder) => TestModels.Write(folder, new TestModel { Name = QuickModel });

    public static void WriteSlowModel(string folder) => TestModels.Write(folder, new TestModel { Name = SlowModel, ExtraWork = 2_000 });

    public static void WriteLongModel(string folder) => TestModels.Write(folder, new TestModel { Name = LongModel, ExtraWork = 10_000 });
}
