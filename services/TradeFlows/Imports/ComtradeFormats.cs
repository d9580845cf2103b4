using System.Text.Json;
using Chokepoint.Contracts;
using Chokepoint.Imports;
using Chokepoint.TradeFlows.Domain;

namespace Chokepoint.TradeFlows.Imports;

/// <summary>
/// What UN Comtrade's API v1 answers, as JSON or as CSV. Option <c>codes</c>, six digits by commas, says what it was asked for: a month in
/// the answer without one of them is a month in which nothing was traded under it.
/// </summary>
internal sealed class ComtradeV1Format(TimeProvider clock) : IImportFormat<FlowRow>
{
    private const string Codes = "codes";

    public string Name => "comtrade-v1";

    public static string OptionsOf(IEnumerable<string> askedCodes) =>
        JsonSerializer.Serialize(new Dictionary<string, string>(StringComparer.Ordinal) { [Codes] = string.Join(',', askedCodes) }, EventJson.Options);

    public static IReadOnlyCollection<string> AskedCodesOf(ImportJob job) => job.Format == "comtrade-v1" ? AskedCodes(job.Options) : [];

    public IReadOnlyDictionary<string, string[]>? ValidateOptions(string? options) => AskedCodes(options).All(c => c.Length == 6 && c.All(char.IsAsciiDigit))
        ? null
        : new Dictionary<string, string[]>(StringComparer.Ordinal) { ["/codes"] = ["codes must be codes of six digits, by commas."] };

    private static string[] AskedCodes(string? options) =>
        FlowSource.OptionsOf(options).GetValueOrDefault(Codes)?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];

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
