using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.InteropServices;
using Chokepoint.Imports;
using Chokepoint.TradeFlows.Domain;
using CsvHelper;

namespace Chokepoint.TradeFlows.Imports;

/// <summary>
/// Reads BACI's rows <c>t,i,j,k,v,q</c>: year, exporter, importer, HS code, value in thousand dollars, quantity in metric tons, which
/// is <c>NA</c> where not known. Codes may have lost their leading zero on the way.
/// </summary>
internal sealed class BaciReader(IReadOnlyList<BaciPart> parts, short classification, int thisYear) : IRowReader<FlowRow>
{
    private const int FirstYear = 1995;
    private const int HighestCode = 999_999;
    private const double Absurd = 1e15;

    private static readonly CsvReaderOptions Options = new()
    {
        Separator = ',', TrimWhitespace = true, MaxRecordSize = 1 << 16, IncludeValuesInExceptions = false,
    };

    /// <summary>The texts of the codes that were met: five thousand, which all rows share.</summary>
    private readonly Dictionary<int, string> _codes = [];

    private readonly MisplacedRows _misplaced = new();
    private CsvReader? _csv;
    private int _part;
    private long _linesBefore;

    /// <summary>Counted on over the files of an archive.</summary>
    public long Line => _linesBefore + (_csv?.RowNumber ?? 0) + 1;

    public async ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                if (_csv is null && !await OpenNextAsync(cancellationToken)) return false;
                if (await _csv!.ReadAsync(cancellationToken)) return true;
                _misplaced.AtEnd();
                _linesBefore += _csv.RowNumber + 1;
                await _csv.DisposeAsync();
                _csv = null;
            }
        }
        catch (Exception e) when (e is CsvFormatException or InvalidDataException)
        {
            throw ImportRefusedException.Damaged($"{parts[Math.Max(_part - 1, 0)].Name} cannot be read on from line {Line}: {e.Message}", e);
        }
    }

    public bool TryGet([MaybeNullWhen(false)] out FlowRow row, [NotNullWhen(false)] out string? reason)
    {
        reason = Parse(_csv!, out row, out var misplaced);
        _misplaced.Count(misplaced, Line);
        return reason is null;
    }

    public async ValueTask DisposeAsync()
    {
        if (_csv is not null) await _csv.DisposeAsync();
    }

    private async ValueTask<bool> OpenNextAsync(CancellationToken cancellationToken)
    {
        if (_part == parts.Count) return false;
        var part = parts[_part++];
        _csv = CsvReader.Create(await part.Open(), Options, leaveOpen: false);
        await _csv.ReadHeaderAsync(cancellationToken);
        if (_csv.Headers is not ["t", "i", "j", "k", "v", "q"])
            throw ImportRefusedException.NotTheFormat($"The header of {part.Name} is {string.Join(',', _csv.Headers.Take(8))} and should be t,i,j,k,v,q.");
        return true;
    }

    private string? Parse(CsvReader csv, out FlowRow row, out bool misplaced)
    {
        row = default;
        misplaced = true;
        if (csv.FieldCount != 6) return $"The row has {csv.FieldCount} fields and the header 6.";
        if (!csv.TryParse(0, out int year) || !csv.TryParse(1, out int exporter) || !csv.TryParse(2, out int importer) || !csv.TryParse(3, out int code))
            return "t, i, j and k must be whole numbers.";
        (exporter, importer) = (TradeAreas.Read(exporter), TradeAreas.Read(importer));
        misplaced = year is < 1900 or > 2200 || code is < 0 or > HighestCode;
        if (year < FirstYear || year > thisYear) return $"t is {year}; BACI begins in {FirstYear} and no later year than this one has flows.";
        if (code is < 10_000 or > HighestCode) return $"k is {code}, no six-digit code.";
        if (!TradeAreas.TryGetKind(exporter, out var from) || from is AreaKind.World) return $"i is {exporter}, no area.";
        if (!TradeAreas.TryGetKind(importer, out var to) || to is AreaKind.World) return $"j is {importer}, no area.";
        if (!csv.TryParse(4, out double thousands) || !double.IsFinite(thousands)) return "v is not a number.";
        double? tonnes = null;
        if (!csv.IsEmpty(5) && !csv.GetSpan(5).SequenceEqual("NA"u8))
        {
            if (!csv.TryParse(5, out double number) || !double.IsFinite(number)) return "q is neither a number nor NA.";
            tonnes = number;
        }
        if (thousands < 0 || tonnes < 0) return "v and q must not be negative.";
        if (thousands * 1000 >= Absurd || tonnes * 1000 >= Absurd) return "v or q is absurdly large.";
        row = new FlowRow(
            TradePeriod.OfYear(year), CodeOf(code), (short)importer, FlowDirection.Import, (short)exporter, "", null, null,
            tonnes * 1000, thousands * 1000, Estimated: false, classification);
        return null;
    }

    private string CodeOf(int code) =>
        CollectionsMarshal.GetValueRefOrAddDefault(_codes, code, out _) ??= code.ToString("000000", CultureInfo.InvariantCulture);
}
