using System.Diagnostics.CodeAnalysis;
using Chokepoint.Imports;
using Chokepoint.TradeFlows.Domain;
using CsvHelper;

namespace Chokepoint.TradeFlows.Imports;

/// <summary>Reads UN Comtrade's CSV, as its API writes it (<c>reporterCode</c>) or its site (<c>ReporterCode</c>, quoted, a comma behind).</summary>
internal sealed class ComtradeCsv : IRowReader<FlowRow>
{
    private static readonly string[] Needed = ["period", "reporterCode", "flowCode", "partnerCode", "cmdCode", "netWgt", "primaryValue"];

    private readonly CsvReader _csv;
    private readonly Columns _columns;
    private readonly int _width;
    private readonly DateOnly _today;
    private readonly ComtradeRecord _record = new();
    private readonly MisplacedRows _misplaced = new();

    private ComtradeCsv(CsvReader csv, Columns columns, DateOnly today)
    {
        (_csv, _columns, _today) = (csv, columns, today);
        _width = csv.Headers.Count;
    }

    public long Line => _csv.LineNumber;

    /// <param name="name">How this dialect writes a column that the API calls so.</param>
    public static async Task<ComtradeCsv> OpenAsync(
        Stream body, Func<string, string> name, DateOnly today, CancellationToken cancellationToken)
    {
        var csv = CsvReader.Create(body, CsvText.Options, leaveOpen: true);
        await CsvText.ReadHeaderAsync(csv, cancellationToken);
        try
        {
            return new ComtradeCsv(csv, Columns.Find(csv, name), today);
        }
        catch
        {
            await csv.DisposeAsync();
            throw;
        }
    }

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
        if (_csv.FieldCount != _width)
        {
            _misplaced.Count(misplaced: true, Line);
            reason = $"The row has {_csv.FieldCount} fields and the header {_width}.";
            return false;
        }
        reason = _columns.Fill(_csv, _record);
        _misplaced.Count(reason is not null || ComtradeChecks.IsMisplaced(_record), Line);
        reason ??= ComtradeChecks.Check(_record, _today, out row);
        return reason is null;
    }

    public ValueTask DisposeAsync() => _csv.DisposeAsync();

    /// <summary>Where the used columns stand; -1 for one that may be missing and is.</summary>
    private sealed record Columns(
        int Type, int Period, int Reporter, int Flow, int Partner, int SecondPartner, int Classification, int Commodity, int Customs,
        int Supply, int Transport, int QuantityUnit, int Quantity, int NetWeight, int Estimated, int Value)
    {
        public static Columns Find(CsvReader csv, Func<string, string> name)
        {
            var headers = csv.Headers.Select((header, index) => (header, index))
                .GroupBy(x => x.header, x => x.index, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First(), StringComparer.Ordinal);
            var missing = Needed.Select(name).Where(column => !headers.ContainsKey(column)).ToList();
            if (missing.Count > 0)
                throw ImportRefusedException.NotTheFormat($"The header lacks the columns {string.Join(", ", missing)}.");
            int At(string column) => headers.GetValueOrDefault(name(column), -1);
            return new Columns(
                At("typeCode"), At("period"), At("reporterCode"), At("flowCode"), At("partnerCode"), At("partner2Code"),
                At("classificationCode"), At("cmdCode"), At("customsCode"), At("mosCode"), At("motCode"), At("qtyUnitCode"), At("qty"),
                At("netWgt"), At("isNetWgtEstimated"), At("primaryValue"));
        }

        /// <summary>Null, or the field that cannot be read.</summary>
        public string? Fill(CsvReader csv, ComtradeRecord record)
        {
            record.Type = CsvText.String(csv, Type);
            record.Period = CsvText.String(csv, Period);
            record.Flow = CsvText.String(csv, Flow);
            record.Classification = CsvText.String(csv, Classification);
            record.Commodity = CsvText.String(csv, Commodity);
            record.Customs = CsvText.String(csv, Customs);
            record.Supply = CsvText.String(csv, Supply);
            record.Transport = CsvText.String(csv, Transport);
            record.Estimated = Estimated >= 0 && csv.GetSpan(Estimated) is [(byte)'t' or (byte)'T', ..];
            if (!CsvText.TryNumber(csv, Reporter, out int? reporter)) return "reporterCode is not a number.";
            if (!CsvText.TryNumber(csv, Partner, out int? partner)) return "partnerCode is not a number.";
            if (!CsvText.TryNumber(csv, SecondPartner, out int? second)) return "partner2Code is not a number.";
            if (!CsvText.TryNumber(csv, QuantityUnit, out int? unit)) return "qtyUnitCode is not a number.";
            if (!CsvText.TryNumber(csv, Quantity, out double? quantity)) return "qty is not a number.";
            if (!CsvText.TryNumber(csv, NetWeight, out double? weight)) return "netWgt is not a number.";
            if (!CsvText.TryNumber(csv, Value, out double? value)) return "primaryValue is not a number.";
            (record.Reporter, record.Partner, record.SecondPartner, record.QuantityUnit) = (reporter, partner, second, unit);
            (record.Quantity, record.NetWeight, record.Value) = (quantity, weight, value);
            return null;
        }
    }
}
