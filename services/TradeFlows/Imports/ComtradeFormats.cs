using Chokepoint.Imports;
using Chokepoint.TradeFlows.Domain;

namespace Chokepoint.TradeFlows.Imports;

/// <summary>What UN Comtrade's API v1 answers, as JSON or as CSV.</summary>
internal sealed class ComtradeV1Format(TimeProvider clock) : IImportFormat<FlowRow>
{
    public string Name => "comtrade-v1";

    public async Task<IRowReader<FlowRow>> OpenAsync(Stream body, string? options, CancellationToken cancellationToken)
    {
        var today = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
        return await FileStart.LookAsync(body, cancellationToken) switch
        {
            FileKind.Json => new ComtradeJson(new JsonElements(body), today),
            FileKind.Text => await ComtradeCsv.OpenAsync(body, column => column, today, cancellationToken),
            var kind => throw FileStart.Unexpected(kind, "UN Comtrade's JSON or CSV"),
        };
    }
}

/// <summary>What the site Comtrade+ lets one download: the same columns with other capitals, every field quoted, a comma at the end.</summary>
internal sealed class ComtradePlusFormat(TimeProvider clock) : IImportFormat<FlowRow>
{
    public string Name => "comtrade-plus";

    public async Task<IRowReader<FlowRow>> OpenAsync(Stream body, string? options, CancellationToken cancellationToken)
    {
        var today = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
        var kind = await FileStart.LookAsync(body, cancellationToken);
        return kind is FileKind.Text
            ? await ComtradeCsv.OpenAsync(body, column => char.ToUpperInvariant(column[0]) + column[1..], today, cancellationToken)
            : throw FileStart.Unexpected(kind, "a CSV of Comtrade+");
    }
}
