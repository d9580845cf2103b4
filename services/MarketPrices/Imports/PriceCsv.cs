using System.Buffers.Text;
using System.Text;
using Chokepoint.Imports;
using Chokepoint.MarketPrices.Domain;
using Chokepoint.Reference;
using CsvHelper;

namespace Chokepoint.MarketPrices.Imports;

/// <summary>A CSV whose columns are known: how one row is read, null for a row that holds no price.</summary>
internal sealed class PriceCsv(CsvReader csv, Func<CsvReader, long, Cell?> read) : IRowReader<PriceRow>
{
    private Cell _cell;

    public long Line => _cell.Line;

    public static CsvReaderOptions Options(Encoding? encoding = null) => new()
    {
        Separator = ',', TrimWhitespace = true, PoolStrings = true, TrackLineNumbers = true, MaxRecordSize = 1 << 20, Encoding = encoding,
        IncludeValuesInExceptions = false,
    };

    public static async Task<CsvReader> OpenAsync(Stream body, string expected, Encoding? encoding, CancellationToken cancellationToken)
    {
        var kind = await FileStart.LookAsync(body, cancellationToken);
        if (kind is not FileKind.Text) throw FileStart.Unexpected(kind, expected);
        var csv = CsvReader.Create(body, Options(encoding), leaveOpen: true);
        try
        {
            await csv.ReadHeaderAsync(cancellationToken);
            return csv;
        }
        catch (CsvFormatException e)
        {
            await csv.DisposeAsync();
            throw ImportRefusedException.Damaged($"The CSV's header cannot be read: {e.Message}", e);
        }
    }

    public async ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (await csv.ReadAsync(cancellationToken))
            {
                var cell = csv.FieldCount == csv.Headers.Count
                    ? read(csv, csv.LineNumber)
                    : new Cell(csv.LineNumber, default, $"The row has {csv.FieldCount} fields and the header {csv.Headers.Count}.");
                if (cell is null) continue;
                _cell = cell.Value;
                return true;
            }
            return false;
        }
        catch (CsvFormatException e)
        {
            throw ImportRefusedException.Damaged($"The CSV cannot be read on from line {e.LineNumber}: {e.Message}", e);
        }
    }

    public bool TryGet(out PriceRow row, [System.Diagnostics.CodeAnalysis.NotNullWhen(false)] out string? reason)
    {
        (row, reason) = (_cell.Row, _cell.Reason);
        return reason is null;
    }

    public ValueTask DisposeAsync() => csv.DisposeAsync();

    /// <summary>A dated value of one series as a cell.</summary>
    public static Cell Read(CsvReader row, int date, int value, SeriesIdentity series, double scale, long line, DateOnly today)
    {
        if (PriceChecks.ReadDate(row.GetSpan(date), series.Frequency, today, out var day) is { } badDate) return new Cell(line, default, badDate);
        if (!TryNumber(row, value, out var number)) return new Cell(line, default, "value must be a number.");
        return new Cell(line, new PriceRow(series, day, number * scale, null), PriceChecks.CheckValue(number * scale));
    }

    /// <summary>Plain digits as nearly every file has them; else with what people add, such as separators of thousands.</summary>
    private static bool TryNumber(CsvReader row, int column, out double number)
    {
        var text = row.GetSpan(column);
        return (Utf8Parser.TryParse(text, out number, out var read) && read == text.Length) || PriceChecks.TryNumber(row.GetString(column), out number);
    }
}

/// <summary>FRED's CSV of one of the IMF's metal prices, under either of its headers.</summary>
internal sealed class FredFormat(TimeProvider clock) : IImportFormat<PriceRow>
{
    private static readonly Dictionary<string, (string Mineral, string Unit)> Known = new(StringComparer.Ordinal)
    {
        ["PALUMUSDM"] = ("aluminium", "t"), ["PCOPPUSDM"] = ("copper", "t"), ["PNICKUSDM"] = ("nickel", "t"), ["PZINCUSDM"] = ("zinc", "t"),
        ["PTINUSDM"] = ("tin", "t"), ["PLEADUSDM"] = ("lead", "t"), ["PIORECRUSDM"] = ("iron-ore", "t"), ["PURANUSDM"] = ("uranium", "lb"),
    };

    public string Name => "fred";

    public IReadOnlyDictionary<string, string[]>? ValidateOptions(string? options) => PriceOptions.Of(options).Validate(clock);

    public async Task<IRowReader<PriceRow>> OpenAsync(Stream body, string? options, CancellationToken cancellationToken)
    {
        var csv = await PriceCsv.OpenAsync(body, "a CSV of FRED", null, cancellationToken);
        if (csv.Headers is not [("observation_date" or "DATE"), var id])
            throw ImportRefusedException.NotTheFormat("The header should be observation_date or DATE, and one series.");
        if (!Known.TryGetValue(id, out var series))
            throw ImportRefusedException.NotTheFormat($"The series {(id.Length > 40 ? id[..40] : id)} is not one known here: {string.Join(", ", Known.Keys)}.");
        var identity = new SeriesIdentity(series.Mineral, id, series.Unit, "USD", "FRED (IMF)", Frequency.Monthly);
        var today = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
        return new PriceCsv(csv, (row, line) => row.GetSpan(1) is [] or [(byte)'.'] ? null : PriceCsv.Read(row, 0, 1, identity, 1, line, today));
    }
}

/// <summary>
/// The annual prices in USGS Mineral Commodity Summaries, from the one long table that an edition since 2026 is
/// (<c>MCS2026_Commodities_Data.csv</c>, Windows-1252). Rows that are no prices of minerals are passed over.
/// </summary>
internal sealed class UsgsFormat(TimeProvider clock) : IImportFormat<PriceRow>
{
    private static readonly string[] Needed = ["Commodity", "Statistics", "Statistics_detail", "Unit", "Year", "Value"];

    public string Name => "usgs-mcs";

    public IReadOnlyDictionary<string, string[]>? ValidateOptions(string? options) => PriceOptions.Of(options).Validate(clock);

    public async Task<IRowReader<PriceRow>> OpenAsync(Stream body, string? options, CancellationToken cancellationToken)
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        var csv = await PriceCsv.OpenAsync(body, "a CSV of USGS Mineral Commodity Summaries", Encoding.GetEncoding(1252), cancellationToken);
        var missing = Needed.Where(name => !csv.Headers.Contains(name, StringComparer.Ordinal)).ToList();
        if (missing.Count > 0) throw ImportRefusedException.NotTheFormat($"The header lacks the columns {string.Join(", ", missing)}.");
        var at = Needed.Select(name => csv.GetFieldIndex(name)).ToArray();
        var today = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
        return new PriceCsv(csv, (row, line) => Read(row, at, line, today));
    }

    private static Cell? Read(CsvReader row, int[] at, long line, DateOnly today)
    {
        if (row.GetString(at[1]) != "Price") return null;
        var (detail, value) = (row.GetString(at[2]), row.GetString(at[5]));
        if ((SourceSeries.MineralOf(row.GetString(at[0])) ?? SourceSeries.MineralAtEndOf(detail)) is not { } mineral) return null;
        if (value is "" or "NA" or "—" or "W") return null;
        // Of manganese ore the column says a ton where the text says a unit of content, a hundredth of it.
        var unitWords = detail.EndsWith("metric ton unit", StringComparison.Ordinal) ? detail : row.GetString(at[3]);
        if (PriceChecks.CheckText(detail) is { } badText) return new Cell(line, default, $"The text {badText}");
        if (detail.Any(char.IsControl)) return new Cell(line, default, $"The text '{detail}' holds control characters.");
        if (SourceSeries.UnitOf(unitWords) is not var (unit, scale)) return new Cell(line, default, $"The unit '{unitWords}' is not known.");
        if (value.AsSpan().ContainsAny("<>–")) return new Cell(line, default, $"The value '{value}' is a bound or a range, not a price.");
        var series = new SeriesIdentity(mineral, detail, unit, "USD", "USGS Mineral Commodity Summaries", Frequency.Annual);
        return PriceCsv.Read(row, at[4], at[5], series, scale, line, today);
    }
}

/// <summary>
/// A plain CSV of one series, whose columns the request declares: <c>?format=csv&amp;mineral=gallium&amp;form=…&amp;unit=kg&amp;currency=USD&amp;
/// source=…&amp;frequency=daily&amp;date=day&amp;value=price</c>.
/// </summary>
internal sealed class DeclaredCsvFormat(TimeProvider clock) : IImportFormat<PriceRow>
{
    public string Name => "csv";

    public IReadOnlyDictionary<string, string[]>? ValidateOptions(string? options)
    {
        var declared = PriceOptions.Of(options);
        var errors = declared.Validate(clock);
        if (!Minerals.TryGet(declared["mineral"], out _)) errors["/mineral"] = ["mineral must be the slug of a known mineral."];
        if (!FrequencyNames.TryParse(declared["frequency"], out _)) errors["/frequency"] = [$"frequency must be one of {string.Join(", ", FrequencyNames.All)}."];
        if (declared["currency"] is not { Length: 3 } currency || !currency.All(char.IsAsciiLetterUpper)) errors["/currency"] = ["currency must be an ISO 4217 code."];
        foreach (var name in (string[])["form", "unit", "source", "date", "value"])
        {
            if (declared[name].Trim().Length is 0 or > 200) errors["/" + name] = [$"{name} is needed, in at most 200 characters."];
        }
        return errors;
    }

    public async Task<IRowReader<PriceRow>> OpenAsync(Stream body, string? options, CancellationToken cancellationToken)
    {
        var declared = PriceOptions.Of(options);
        var csv = await PriceCsv.OpenAsync(body, "a CSV", null, cancellationToken);
        if (!csv.TryGetFieldIndex(declared["date"], out var date) || !csv.TryGetFieldIndex(declared["value"], out var value))
            throw ImportRefusedException.NotTheFormat($"The header lacks the declared columns {declared["date"]} and {declared["value"]}.");
        _ = FrequencyNames.TryParse(declared["frequency"], out var frequency);
        var series = new SeriesIdentity(
            declared["mineral"], declared["form"].Trim(), declared["unit"].Trim(), declared["currency"], declared["source"].Trim(), frequency);
        var today = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
        return new PriceCsv(csv, (row, line) => row.IsEmpty(value) ? null : PriceCsv.Read(row, date, value, series, 1, line, today));
    }
}
