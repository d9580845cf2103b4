using System.IO.Compression;

namespace Chokepoint.Imports;

/// <summary>Opens ZIP archives that come from outside: a cut-off one is refused at once, and none may grow without bound when unpacked.</summary>
public static class ArchiveParts
{
    /// <summary>Real tables of figures shrink to a tenth; a bomb to a thousandth and less.</summary>
    private const long LargestRatio = 200;

    /// <summary>Small files may be of any ratio.</summary>
    private const long AlwaysAllowed = 16L << 20;

    /// <summary>And so may all the entries of a small archive together.</summary>
    private const long AlwaysAllowedInAll = 64L << 20;

    /// <summary>The end record of an empty archive.</summary>
    private const int SmallestArchive = 22;

    private const int MostEntries = 10_000;

    /// <exception cref="ImportRefusedException">No whole archive, or one that is encrypted or made to burst.</exception>
    public static async Task<ZipArchive> OpenAsync(Stream body, CancellationToken cancellationToken)
    {
        ZipArchive archive;
        // The framework does not look whether the file can hold a directory at all, and fails on its own arithmetic.
        if (body.Length < SmallestArchive) throw ImportRefusedException.Damaged("The ZIP is cut off: it is shorter than a directory.");
        try
        {
            archive = await ZipArchive.CreateAsync(body, ZipArchiveMode.Read, leaveOpen: true, entryNameEncoding: null, cancellationToken);
            _ = archive.Entries; // the directory is read when first asked for
        }
        catch (Exception e) when (ImportRefusedException.IsOfTheFile(e))
        {
            throw ImportRefusedException.Damaged("The ZIP is cut off or damaged: its directory cannot be read.", e);
        }
        if (archive.Entries.Count > MostEntries) throw ImportRefusedException.Damaged($"The ZIP has more than {MostEntries} entries.");
        foreach (var entry in archive.Entries)
        {
            if (entry.IsEncrypted) throw ImportRefusedException.Damaged($"{entry.FullName} in the ZIP is encrypted.");
            if (entry.Length > Limit(entry)) throw Bomb(entry);
        }
        if (archive.Entries.Sum(e => (double)e.Length) > Math.Max(AlwaysAllowedInAll, body.Length * LargestRatio))
            throw ImportRefusedException.Damaged($"The ZIP unpacks to more than {LargestRatio} times its size in all.");
        return archive;
    }

    /// <summary>An entry as a stream that ends in a refusal when it gives more than its directory says, whatever that says.</summary>
    public static async ValueTask<Stream> ReadAsync(ZipArchiveEntry entry, CancellationToken cancellationToken) =>
        new Bounded(await entry.OpenAsync(cancellationToken), entry);

    private static long Limit(ZipArchiveEntry entry) => Math.Max(AlwaysAllowed, entry.CompressedLength * LargestRatio);

    private static ImportRefusedException Bomb(ZipArchiveEntry entry) =>
        ImportRefusedException.Damaged($"{entry.FullName} in the ZIP unpacks to more than {LargestRatio} times its size.");

    private sealed class Bounded(Stream inner, ZipArchiveEntry entry) : Stream
    {
        private readonly long _limit = Math.Min(Limit(entry), entry.Length);
        private long _read;

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => _read;
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            Count(await inner.ReadAsync(buffer, cancellationToken), buffer.Length);

        public override int Read(Span<byte> buffer) => Count(inner.Read(buffer), buffer.Length);

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override async ValueTask DisposeAsync()
        {
            await inner.DisposeAsync();
            await base.DisposeAsync();
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        private int Count(int read, int asked)
        {
            _read += read;
            if (_read > _limit) throw Bomb(entry);
            if (read == 0 && asked > 0 && _read < entry.Length)
                throw ImportRefusedException.Damaged($"{entry.FullName} in the ZIP ends after {_read} of {entry.Length} bytes.");
            return read;
        }
    }
}
