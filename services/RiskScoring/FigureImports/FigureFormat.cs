using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Chokepoint.Contracts;
using Chokepoint.Imports;
using Chokepoint.Reference;
using Chokepoint.Reference.Importing;

namespace Chokepoint.RiskScoring.FigureImports;

/// <summary>
/// A publisher's layout as a format of imports. Some releases of USGS say only in the file's name which commodity and edition it is of:
/// <c>?fileName=mcs2025-galli_world.csv</c>.
/// </summary>
internal sealed class FigureFormat(IFigureImporter importer) : IImportFormat<Figure>
{
    /// <summary>The largest of the publishers' files, governance as a workbook, has 4 MB; they are read whole.</summary>
    private const long LargestFile = 64L << 20;

    private const string FileName = "fileName";

    public string Name => importer.Name;

    public IReadOnlyDictionary<string, string[]>? ValidateOptions(string? options) =>
        Read(options).Keys.FirstOrDefault(k => k != FileName) is { } unknown
            ? new Dictionary<string, string[]>(StringComparer.Ordinal) { [$"/{unknown}"] = ["Is no parameter of this import; only format and fileName are."] }
            : null;

    public async Task<IRowReader<Figure>> OpenAsync(System.IO.Stream body, string? options, CancellationToken cancellationToken)
    {
        if (body.Length > LargestFile) throw ImportRefusedException.Damaged($"The file has more than {LargestFile >> 20} MiB; no file of this layout has.");
        var kind = await FileStart.LookAsync(body, cancellationToken);
        if (kind is not (FileKind.Text or FileKind.Zip or FileKind.CompoundFile)) throw FileStart.Unexpected(kind, importer.Describes);
        if (kind is FileKind.Zip)
        {
            await using (await ArchiveParts.OpenAsync(body, cancellationToken)) body.Position = 0;
        }

        using var whole = new MemoryStream((int)body.Length);
        await body.CopyToAsync(whole, cancellationToken);
        whole.Position = 0;
        var import = importer.Import(whole, Read(options).GetValueOrDefault(FileName, ""));
        if (import.Refusal is { } refusal) throw ImportRefusedException.NotTheFormat($"{refusal} Expected: {importer.Describes}.");
        if (import is { Figures.Count: 0, Rejected.Count: 0 })
            throw ImportRefusedException.NotTheFormat($"The file holds no figure that the platform follows. Expected: {importer.Describes}.");
        return new Rows(import);
    }

    private static Dictionary<string, string> Read(string? options) =>
        options is null ? [] : JsonSerializer.Deserialize<Dictionary<string, string>>(options, EventJson.Options)!;

    /// <summary>The figures, then the rows that are none.</summary>
    private sealed class Rows(FigureImport import) : IRowReader<Figure>
    {
        private int at = -1;

        public long Line => at < import.Figures.Count ? 0 : import.Rejected[at - import.Figures.Count].Line;

        public ValueTask<bool> ReadAsync(CancellationToken cancellationToken) => ValueTask.FromResult(++at < import.Figures.Count + import.Rejected.Count);

        public bool TryGet([MaybeNullWhen(false)] out Figure row, [NotNullWhen(false)] out string? reason)
        {
            row = at < import.Figures.Count ? import.Figures[at] : null;
            reason = row is null ? import.Rejected[at - import.Figures.Count].Reason : null;
            return row is not null;
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
