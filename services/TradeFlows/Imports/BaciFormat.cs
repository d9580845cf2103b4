using System.IO.Compression;
using Chokepoint.Imports;
using Chokepoint.TradeFlows.Domain;

namespace Chokepoint.TradeFlows.Imports;

/// <summary>
/// CEPII's BACI: reconciled trade by year, exporter, importer and HS code, as one CSV or as the ZIP that CEPII publishes (a CSV for each
/// year, and tables of countries and products). Option <c>revision</c>, such as <c>HS17</c>, keeps its editions apart.
/// </summary>
internal sealed class BaciFormat(TimeProvider clock) : IImportFormat<FlowRow>
{
    private static readonly string[] Revisions = ["HS92", "HS96", "HS02", "HS07", "HS12", "HS17", "HS22"];

    public string Name => "baci";

    public IReadOnlyDictionary<string, string[]>? ValidateOptions(string? options) =>
        FlowSource.OptionsOf(options).TryGetValue("revision", out var revision) && !Revisions.Contains(revision, StringComparer.Ordinal)
            ? new Dictionary<string, string[]>(StringComparer.Ordinal) { ["/revision"] = [$"revision must be one of {string.Join(", ", Revisions)}."] }
            : null;

    public async Task<IRowReader<FlowRow>> OpenAsync(Stream body, string? options, CancellationToken cancellationToken)
    {
        var thisYear = clock.GetUtcNow().Year;
        var revision = ClassificationOf(options);
        switch (await FileStart.LookAsync(body, cancellationToken))
        {
            case FileKind.Text:
                return new BaciReader([new BaciPart("the file", () => ValueTask.FromResult(body))], revision, thisYear);
            case FileKind.Zip:
                var archive = await ArchiveParts.OpenAsync(body, cancellationToken);
                var parts = archive.Entries.Where(IsData).OrderBy(e => e.FullName, StringComparer.Ordinal)
                    .Select(e => new BaciPart(e.FullName, () => ArchiveParts.ReadAsync(e, cancellationToken))).ToList();
                if (parts.Count == 0) throw ImportRefusedException.NotTheFormat("The ZIP holds no file named like BACI_HS17_Y2021_V202301.csv.");
                return new BaciReader(parts, revision, thisYear);
            case var kind:
                throw FileStart.Unexpected(kind, "BACI's CSV or ZIP");
        }
    }

    /// <summary>Which revision of the Harmonized System a file's options name, 0 when none: the same in all its rows.</summary>
    public static short ClassificationOf(string? options) =>
        (short)Math.Max(0, Array.IndexOf(Revisions, FlowSource.OptionsOf(options).GetValueOrDefault("revision")));

    private static bool IsData(ZipArchiveEntry entry) =>
        entry.Name.StartsWith("BACI_", StringComparison.OrdinalIgnoreCase) && entry.Name.EndsWith(".csv", StringComparison.OrdinalIgnoreCase);
}

/// <summary>One CSV of a BACI edition, opened when its turn comes.</summary>
internal sealed record BaciPart(string Name, Func<ValueTask<Stream>> Open);
