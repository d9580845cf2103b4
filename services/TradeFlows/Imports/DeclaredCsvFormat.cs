using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Chokepoint.Imports;
using Chokepoint.TradeFlows.Domain;
using CsvHelper;

namespace Chokepoint.TradeFlows.Imports;

/// <summary>
/// A plain CSV whose columns the request declares: <c>?format=csv&amp;source=China customs&amp;reporter=CHN&amp;direction=export&amp;
/// frequency=monthly&amp;period=period_dt&amp;partner=partner_name&amp;hs=hs6&amp;value=val&amp;weight=qty</c>.
/// </summary>
/// <remarks>
/// <c>source</c>, <c>reporter</c>, <c>direction</c> and <c>frequency</c> hold for the whole file; the others name columns. Of a code longer
/// than six digits the row is staged as a part of the six, which <see cref="FlowMerge.AddUpPartsAsync"/> adds up.
/// </remarks>
internal sealed class DeclaredCsvFormat(TimeProvider clock) : IImportFormat<FlowRow>
{
    private const int LongestNational = 12;

    private static readonly string[] Columns = ["period", "partner", "hs", "value"];

    public string Name => "csv";

    public IReadOnlyDictionary<string, string[]>? ValidateOptions(string? options)
    {
        var declared = FlowSource.OptionsOf(options);
        var errors = new Dictionary<string, string[]>(StringComparer.Ordinal);
        if (!declared.TryGetValue("source", out var source) || source.Trim().Length is 0 or > 100)
            errors["/source"] = ["source must say whose figures these are, in at most 100 characters."];
        else if (source.StartsWith("UN Comtrade", StringComparison.OrdinalIgnoreCase) || source.StartsWith("CEPII BACI", StringComparison.OrdinalIgnoreCase))
            errors["/source"] = ["source is one that has a format of its own."];
        if (!declared.TryGetValue("reporter", out var reporter) || !TradeAreas.TryGetNumber(reporter, out _))
            errors["/reporter"] = ["reporter must be an economy's ISO 3166-1 alpha-3 code or EU27."];
        if (declared.GetValueOrDefault("direction") is not ("import" or "export")) errors["/direction"] = ["direction must be import or export."];
        if (declared.GetValueOrDefault("frequency") is not ("monthly" or "annual")) errors["/frequency"] = ["frequency must be monthly or annual."];
        foreach (var column in Columns)
        {
            if (declared.GetValueOrDefault(column) is null or "") errors["/" + column] = [$"{column} must name a column of the file."];
        }
        return errors.Count > 0 ? errors : null;
    }

    public async Task<IRowReader<FlowRow>> OpenAsync(Stream body, string? options, CancellationToken cancellationToken)
    {
        var kind = await FileStart.LookAsync(body, cancellationToken);
        if (kind is not FileKind.Text) throw FileStart.Unexpected(kind, "a CSV");
        var csv = CsvReader.Create(body, CsvText.Options, leaveOpen: true);
        await CsvText.ReadHeaderAsync(csv, cancellationToken);
        var declared = FlowSource.OptionsOf(options);
        var missing = Columns.Append("weight").Where(declared.ContainsKey).Where(c => !csv.TryGetFieldIndex(declared[c], out _)).Select(c => declared[c]).ToList();
        if (missing.Count > 0) throw ImportRefusedException.NotTheFormat($"The header lacks the declared columns {string.Join(", ", missing)}.");
        return new Reader(csv, declared, DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime));
    }

    private sealed class Reader : IRowReader<FlowRow>
    {
        private readonly CsvReader _csv;
        private readonly DateOnly _today;
        private readonly bool _monthly;
        private readonly ComtradeRecord _record = new();
        private readonly MisplacedRows _misplaced = new();
        private readonly int _period, _partner, _hs, _value, _weight, _width;
        private string _national = "";

        public Reader(CsvReader csv, Dictionary<string, string> declared, DateOnly today)
        {
            (_csv, _today, _width) = (csv, today, csv.Headers.Count);
            _monthly = declared["frequency"] == "monthly";
            (_period, _partner) = (csv.GetFieldIndex(declared["period"]), csv.GetFieldIndex(declared["partner"]));
            (_hs, _value) = (csv.GetFieldIndex(declared["hs"]), csv.GetFieldIndex(declared["value"]));
            _weight = declared.TryGetValue("weight", out var weight) ? csv.GetFieldIndex(weight) : -1;
            _record.Flow = declared["direction"] == "import" ? "M" : "X";
            _record.Reporter = TradeAreas.TryGetNumber(declared["reporter"], out var number) ? number : null;
        }

        public long Line => _csv.LineNumber;

        public async ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
        {
            try
            {
                if (await _csv.ReadAsync(cancellationToken)) return true;
            }
            catch (CsvFormatException e)
            {
                throw ImportRefusedException.Damaged($"The CSV cannot be read on from line {e.LineNumber}: {e.Message}", e);
            }
            _misplaced.AtEnd();
            return false;
        }

        public bool TryGet([MaybeNullWhen(false)] out FlowRow row, [NotNullWhen(false)] out string? reason)
        {
            row = default;
            reason = Fill();
            _misplaced.Count(reason is not null || ComtradeChecks.IsMisplaced(_record), Line);
            reason ??= ComtradeChecks.Check(_record, _today, out row);
            row = row with { Breakdown = _national };
            return reason is null;
        }

        public ValueTask DisposeAsync() => _csv.DisposeAsync();

        private string? Fill()
        {
            if (_csv.FieldCount != _width) return $"The row has {_csv.FieldCount} fields and the header {_width}.";
            var partner = _csv.GetString(_partner);
            if (!PartnerNames.TryGetNumber(partner, out var number)) 
                return $"The partner '{partner}' is not known{(partner.Contains('\uFFFD', StringComparison.Ordinal) ? "; the text is not UTF-8" : "")}.";
            _record.Partner = number;
            _record.Period = PeriodOf(_csv.GetString(_period));
            var code = _csv.GetString(_hs);
            if (code.Length > 6 && (code.Length > LongestNational || !code.All(char.IsAsciiDigit))) return "The code is no code of the Harmonized System, nor a national line of one.";
            (_record.Commodity, _national) = code.Length > 6 ? (code[..6], code) : (code, "");
            if (!CsvText.TryNumber(_csv, _value, out double? value)) return "The value is not a number.";
            if (!CsvText.TryNumber(_csv, _weight, out double? weight)) return "The weight is not a number.";
            (_record.Value, _record.NetWeight) = (value, weight);
            return null;
        }

        /// <summary>A date stands for its month, or for its year in an annual file.</summary>
        private string PeriodOf(string text)
        {
            var period = DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
                ? TradePeriod.OfMonth(day.Year, day.Month)
                : TradePeriod.TryParse(text, out var parsed) ? parsed : 0;
            if (period == 0 || TradePeriod.IsYear(period) == _monthly) return _monthly ? "" : (period / 100).ToString(CultureInfo.InvariantCulture);
            return TradePeriod.Name(period);
        }
    }
}
