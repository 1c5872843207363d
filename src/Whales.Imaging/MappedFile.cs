using System.IO.MemoryMappedFiles;
using Microsoft.Win32.SafeHandles;

namespace Whales.Imaging;

/// <summary>A file as memory: only the pages that someone looks at are read. The file must not be shortened meanwhile.</summary>
internal sealed unsafe class MappedFile : IDisposable
{
    private readonly MemoryMappedFile? _file;
    private readonly MemoryMappedViewAccessor? _view;
    private readonly byte* _start;
    private readonly int _length;

    public MappedFile(string path)
    {
        using var handle = File.OpenHandle(path);
        var length = RandomAccess.GetLength(handle);
        if (length == 0)
            return; // An empty file cannot be mapped.
        if (length > int.MaxValue)
            throw new UnreadableImageException(UnreadableReason.TooManyPixels, "The file is larger than 2 GB.");

        _length = (int)length;
        _file = MemoryMappedFile.CreateFromFile(handle, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        _view = _file.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _start);
    }

    public ReadOnlySpan<byte> Bytes => new(_start, _length);

    public void Dispose()
    {
        if (_start != null)
            _view!.SafeMemoryMappedViewHandle.ReleasePointer();
        _view?.Dispose();
        _file?.Dispose();
    }
}
