using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Chokepoint.ExportControls.Feeds.Text;
using Chokepoint.Polling;

namespace Chokepoint.ExportControls.Feeds.GlobalTradeAlert;

/// <summary>
/// Global Trade Alert: its data interface (v2, a key is needed) or, with <c>Format: csv</c>, a CSV export at the address. The
/// interface is asked for what was announced since some time before the last day read, since entries are revised.
/// </summary>
internal sealed class GlobalTradeAlertFeed(GlobalTradeAlertSettings settings) : IFeed
{
    public const string FeedName = "global-trade-alert";
    public const string Section = "Feeds:GlobalTradeAlert";

    private static readonly string[] OldestFirst = ["date_announced"];

    public string Name => FeedName;

    public IAsyncEnumerable<FeedPage> FetchAsync(PollTurn turn, CancellationToken cancellationToken) =>
        settings.Format is GlobalTradeAlertFormat.Csv ? FetchCsvAsync(turn, cancellationToken) : FetchJsonAsync(turn, cancellationToken);

    public Reading Read(FeedDocument document) => GlobalTradeAlertReader.Read(document);

    private static async IAsyncEnumerable<FeedPage> FetchCsvAsync(PollTurn turn, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var answer = await turn.FetchAsync(new PollRequest { Name = "CSV export", Address = turn.Options.Address!, Expected = Expected.Csv }, cancellationToken);
        if (!answer.IsUnchanged) yield return new FeedPage(InterventionCsv.Read(answer), turn.Cursor);
    }

    private async IAsyncEnumerable<FeedPage> FetchJsonAsync(PollTurn turn, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var read = Days.Iso(turn.Cursor);
        var from = read?.AddDays(-settings.DaysAgain) ?? settings.Since;
        for (var page = 0; page < settings.MostPages; page++)
        {
            var answer = await turn.FetchAsync(new PollRequest
            {
                Name = string.Create(CultureInfo.InvariantCulture, $"interventions from {from:yyyy-MM-dd}, page {page + 1}"),
                Address = turn.Options.Address!,
                Expected = Expected.Json,
                Headers = settings.Key is { Length: > 0 } key ? new Dictionary<string, string>(StringComparer.Ordinal) { ["Authorization"] = $"APIKey {key}" } : [],
                JsonBody = Question(from, page),
                IsConditional = false, // a POST
            }, cancellationToken);
            using var json = answer.Json();
            var results = ResultsOf(answer, json.RootElement);
            var latest = results.EnumerateArray().Select(r => r.ValueKind is JsonValueKind.Object && r.TryGetProperty("date_announced", out var day)
                && day.ValueKind is JsonValueKind.String ? Days.Iso(day.GetString()) : null).Max();
            if (latest > read || read is null) read = latest ?? read;
            yield return new FeedPage([.. results.EnumerateArray().Select(DocumentOf)], read?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
            if (results.GetArrayLength() < settings.PerPage) yield break;
        }
    }

    private string Question(DateOnly from, int page) => JsonSerializer.Serialize(new
    {
        limit = settings.PerPage,
        offset = page * settings.PerPage,
        sorting = OldestFirst,
        request_data = new
        {
            announcement_period = new string?[] { from.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), null },
            mast_chapters = new[] { settings.MastChapter },
        },
    });

    /// <summary>An array, or an object that holds it: both have been seen.</summary>
    private static JsonElement ResultsOf(PollResponse answer, JsonElement root)
    {
        var results = root;
        if (root.ValueKind is JsonValueKind.Object && !root.TryGetProperty("results", out results)) throw answer.LayoutChanged("results is missing");
        if (results.ValueKind is not JsonValueKind.Array) throw answer.LayoutChanged("it is no array");
        var objects = results.EnumerateArray().ToList();
        if (objects.Count > 0 && objects.All(o => o.ValueKind is not JsonValueKind.Object || !o.TryGetProperty("intervention_id", out _)))
            throw answer.LayoutChanged("none of its entries has an intervention_id");
        return results;
    }

    private static FeedDocument DocumentOf(JsonElement entry)
    {
        var content = entry.GetRawText();
        return entry.ValueKind is JsonValueKind.Object && entry.TryGetProperty("intervention_id", out var id) && id.ValueKind is JsonValueKind.Number or JsonValueKind.String
            ? new FeedDocument(id.ToString(), content, entry.TryGetProperty("intervention_url", out var url) && url.ValueKind is JsonValueKind.String ? url.GetString() : null)
            : new FeedDocument("content:" + SeenDocument.Of("", System.Text.Encoding.UTF8.GetBytes(content)).Content[..24], content, Url: null);
    }
}

internal enum GlobalTradeAlertFormat
{
    Api,
    Csv,
}

/// <summary>What is asked of Global Trade Alert, beside how often; in the same section.</summary>
internal sealed record GlobalTradeAlertSettings
{
    public GlobalTradeAlertFormat Format { get; init; }

    /// <summary>The interface's key; a secret.</summary>
    public string? Key { get; init; }

    /// <summary>Chapter of the MAST classification by GTA's number; 14 is P, measures on exports.</summary>
    public int MastChapter { get; init; } = 14;

    /// <summary>Where the first turn begins.</summary>
    public DateOnly Since { get; init; } = new(2025, 1, 1);

    /// <summary>How many days before the last one read are asked for again.</summary>
    public int DaysAgain { get; init; } = 90;

    /// <summary>Entries a page; the interface gives at most 1,000.</summary>
    public int PerPage { get; init; } = 200;

    /// <summary>Pages a turn; the next goes on from there.</summary>
    public int MostPages { get; init; } = 20;
}
