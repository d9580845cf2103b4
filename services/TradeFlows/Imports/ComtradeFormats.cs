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
