using System.Buffers.Binary;
using System.IO.Compression;
using System.Net.Http.Headers;
using System.Text;

namespace Whales.Ingest.Api.Tests.Hosting;

/// <summary>Files whose headers are true, made in memory.</summary>
public static class TestPhotos
{
    /// <summary>A JPEG whose header says <paramref name="width"/> x <paramref name="height"/>, filled up to <paramref name="length"/> bytes; a seed makes it another photo.</summary>
    public static byte[] Jpeg(int width = 64, int height = 48, int length = 400, int seed = 0)
    {
        byte[] head =
        [
            0xFF, 0xD8,
            0xFF, 0xC0, 0, 11, 8, (byte)(height >> 8), (byte)height, (byte)(width >> 8), (byte)width, 1, 1, 0x11, 0,
            0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 63, 0,
        ];
        var photo = new byte[Math.Max(length, head.Length + 2)];
        head.CopyTo(photo, 0);
        // Scan data: no byte of it is a marker.
        var random = new Random(seed);
        for (var i = head.Length; i < photo.Length - 2; i++)
            photo[i] = (byte)random.Next(255);
        photo[^2] = 0xFF;
        photo[^1] = 0xD9;
        return photo;
    }

    /// <summary>A PNG of one colour whose header says <paramref name="width"/> x <paramref name="height"/>; the pixels are there up to the first kilobyte.</summary>
    public static byte[] Png(int width, int height)
    {
        using var file = new MemoryStream();
        file.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]);
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        header[8] = 8;
        Chunk(file, "IHDR", header);

        using var pixels = new MemoryStream();
        using (var zlib = new ZLibStream(pixels, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            var row = new byte[width + 1];
            for (var y = 0; y < height && y < 20; y++)
                zlib.Write(row);
        }
        Chunk(file, "IDAT", pixels.ToArray());
        Chunk(file, "IEND", []);
        return file.ToArray();
    }

    /// <summary>An animation of one-pixel pictures.</summary>
    public static byte[] Gif(int frames)
    {
        using var file = new MemoryStream();
        file.Write("GIF89a"u8);
        file.Write([1, 0, 1, 0, 0x80, 0, 0, 0, 0, 0, 255, 255, 255]);
        for (var i = 0; i < frames; i++)
        {
            file.Write([0x21, 0xF9, 4, 0, 10, 0, 0, 0]);
            file.Write([0x2C, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0]);
        }
        file.WriteByte(0x3B);
        return file.ToArray();
    }

    public static byte[] Heic() => [0, 0, 0, 24, .. "ftypheic"u8, 0, 0, 0, 0, .. "mif1heic"u8, 0, 0, 0, 0];

    /// <summary>The photo as the body itself.</summary>
    public static ByteArrayContent Content(byte[] photo, string? contentType = "image/jpeg")
    {
        var content = new ByteArrayContent(photo);
        if (contentType is not null)
            content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        return content;
    }

    /// <summary>The photo as the field <c>file</c> of a form.</summary>
    public static MultipartFormDataContent Form(byte[] photo, string fileName = "photo.jpg") =>
        new() { { Content(photo), "file", fileName } };

    /// <summary>A form whose Content-Disposition of the photo is exactly this.</summary>
    public static ByteArrayContent FormWith(string disposition, byte[] photo)
    {
        using var body = new MemoryStream();
        body.Write(Encoding.UTF8.GetBytes($"--limit\r\nContent-Disposition: {disposition}\r\n\r\n"));
        body.Write(photo);
        body.Write("\r\n--limit--\r\n"u8);
        return Content(body.ToArray(), "multipart/form-data; boundary=limit");
    }

    private static void Chunk(Stream file, string type, byte[] data)
    {
        byte[] typed = [.. Encoding.ASCII.GetBytes(type), .. data];
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        file.Write(number);
        file.Write(typed);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc32(typed));
        file.Write(number);
    }

    private static uint Crc32(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var b in bytes)
        {
            crc ^= b;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
        }
        return ~crc;
    }
}
