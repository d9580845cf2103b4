using System.IO.Compression;
using Chokepoint.Imports;
using Chokepoint.MarketPrices.Imports;

namespace Chokepoint.MarketPrices.Tests.Imports;

/// <summary>What an archive may come to in all, however little each of its entries comes to.</summary>
public sealed class ArchiveLimitTests
{
    private const int Mebibyte = 1 << 20;

    [Fact]
    public async Task Many_entries_that_are_each_small_enough_and_together_a_bomb_are_refused()
    {
        var archive = Archive(entries: 6, of: 15 * Mebibyte, noise: 0);

        (await Should.ThrowAsync<ImportRefusedException>(() => ArchiveParts.OpenAsync(archive, CancellationToken.None))).Problem.Detail.ShouldContain("in all");
    }

    [Fact]
    public async Task An_archive_of_honest_tables_is_taken_whatever_it_comes_to()
    {
        var archive = Archive(entries: 6, of: 15 * Mebibyte, noise: 16);

        await using var opened = await ArchiveParts.OpenAsync(archive, CancellationToken.None);

        opened.Entries.Sum(e => e.Length).ShouldBeGreaterThan(64L * Mebibyte);
    }

    [Fact]
    public async Task A_workbook_that_comes_to_more_than_the_service_could_hold_is_refused()
    {
        var workbook = Archive(entries: 6, of: 15 * Mebibyte, noise: 16);

        (await Should.ThrowAsync<ImportRefusedException>(() => new PinkSheetFormat(TimeProvider.System).OpenAsync(workbook, null, CancellationToken.None)))
            .Problem.Detail.ShouldContain("unpacks to more than");
    }

    /// <param name="noise">How many of each 1024 bytes cannot be packed.</param>
    private static MemoryStream Archive(int entries, int of, int noise)
    {
        var random = new Random(3);
        var bytes = new MemoryStream();
        using (var archive = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            var piece = new byte[1024];
            for (var i = 0; i < entries; i++)
            {
                using var entry = archive.CreateEntry($"xl/part{i}.xml", CompressionLevel.Optimal).Open();
                for (var written = 0; written < of; written += piece.Length)
                {
                    random.NextBytes(piece.AsSpan(0, noise));
                    entry.Write(piece);
                }
            }
        }
        bytes.Position = 0;
        return bytes;
    }
}
