using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;

namespace Whales.Testing.Images;

/// <summary>ZIPs as a survey's camera card makes them: many JPEGs, all different, that no packing makes smaller.</summary>
public static class SurveyZip
{
    /// <summary>Writes a ZIP of photos <c>leg/DSC_00000.jpg</c> and on.</summary>
    /// <param name="path">The file.</param>
    /// <param name="photos">How many.</param>
    /// <param name="bytesEach">Their size. Their headers are true; their pixels are noise that no decoder will like.</param>
    public static void Write(string path, int photos, int bytesEach)
    {
        using var zip = new ZipArchive(File.Create(path), ZipArchiveMode.Create);
        var photo = Photo(bytesEach);
        for (var i = 0; i < photos; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(photo.AsSpan(^8), i);
            var entry = zip.CreateEntry(string.Create(CultureInfo.InvariantCulture, $"leg/DSC_{i:00000}.jpg"), CompressionLevel.NoCompression);
            using var stream = entry.Open();
            stream.Write(photo);
        }
    }

    private static byte[] Photo(int length)
    {
        // One component of 4,000 x 3,000 pixels, and then scan data.
        byte[] head = [0xFF, 0xD8, 0xFF, 0xC0, 0, 11, 8, 0x0B, 0xB8, 0x0F, 0xA0, 1, 1, 0x11, 0, 0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 63, 0];
        var photo = new byte[length];
        new Random(1).NextBytes(photo);
        photo.AsSpan().Replace((byte)0xFF, (byte)0xFE);
        head.CopyTo(photo, 0);
        photo[^2] = 0xFF;
        photo[^1] = 0xD9;
        return photo;
    }
}
