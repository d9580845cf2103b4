using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Chokepoint.ExportControls.Feeds.Text;
using Chokepoint.Polling;

namespace Chokepoint.ExportControls.Feeds.FederalRegister;

/// <summary>
/// The documents API of the US Federal Register (v1, no key): the oldest first from the last day that was read, a few days again,
/// since what is published on a day comes bit by bit.
/// </summary>
internal sealed class FederalRegisterFeed(FederalRegisterSettings settings) : IFeed
{
    public const string FeedName = "federal-register";
    public const string Section = "Feeds:FederalRegister";

    private static readonly string[] Fields =
    [
        "document_number", "title", "type", "action", "abstract", "dates", "effective_on", "publication_date", "agencies", "html_url", "excerpts",
    ];

    public string Name => FeedName;

    public async IAsyncEnumerable<FeedPage> FetchAsync(PollTurn turn, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var read = Days.Iso(turn.Cursor);
        var from = read?.AddDays(-settings.DaysAgain) ?? settings.Since;
        for (var page = 1; page <= settings.MostPages; page++)
        {
            var answer = await turn.FetchAsync(new PollRequest
            {
                Name = string.Create(CultureInfo.InvariantCulture, $"documents from {from:yyyy-MM-dd}, page {page}"),
                Address = AddressOf(turn.Options.Address!, from, page),
                Expected = Expected.Json,
                IsConditional = page is 1, // it holds the count of all
            }, cancellationToken);
            if (answer.IsUnchanged) yield break;
            var (documents, latest, hasNext) = PageOf(answer);
            if (latest > read || read is null) read = latest ?? read;
            if (hasNext) turn.IsPart(answer);
            yield return new FeedPage(documents, Write(read));
            if (!hasNext) yield break;
        }
    }

    public Reading Read(FeedDocument document) => FederalRegisterReader.Read(document);

    private Uri AddressOf(Uri address, DateOnly from, int page)
    {
        var query = string.Create(CultureInfo.InvariantCulture, $"per_page={settings.PerPage}&page={page}&order=oldest&conditions[publication_date][gte]={from:yyyy-MM-dd}");
        if (settings.Term is { Length: > 0 } term) query += "&conditions[term]=" + Uri.EscapeDataString(term);
        foreach (var agency in settings.Agencies.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)) query += "&conditions[agencies][]=" + Uri.EscapeDataString(agency);
        foreach (var field in Fields) query += "&fields[]=" + field;
        return new UriBuilder(address) { Query = query }.Uri;
    }

    private static (List<FeedDocument> Documents, DateOnly? Latest, bool HasNext) PageOf(PollResponse answer)
    {
        using var json = answer.Json();
        var root = json.RootElement;
        if (root.ValueKind is not JsonValueKind.Object) throw answer.LayoutChanged("it is no object");
        if (root.TryGetProperty("errors", out var errors)) throw answer.LayoutChanged($"it answers errors, {Short(errors.GetRawText())}");
        if (!root.TryGetProperty("count", out var count) || count.ValueKind is not JsonValueKind.Number) throw answer.LayoutChanged("count is missing");
        // With nothing found the interface leaves results out.
        if (!root.TryGetProperty("results", out var results))
            return count.GetInt64() is 0 ? ([], null, false) : throw answer.LayoutChanged("results is missing");
        if (results.ValueKind is not JsonValueKind.Array) throw answer.LayoutChanged("results is no array");
        var documents = results.EnumerateArray().Select(DocumentOf).ToList();
        if (documents.Count > 0 && documents.All(d => d.Key.StartsWith("content:", StringComparison.Ordinal)))
            throw answer.LayoutChanged("none of its results has a document_number");
        var latest = results.EnumerateArray()
            .Select(r => r.ValueKind is JsonValueKind.Object && r.TryGetProperty("publication_date", out var day) && day.ValueKind is JsonValueKind.String ? Days.Iso(day.GetString()) : null)
            .Max();
        var hasNext = root.TryGetProperty("next_page_url", out var next) && next.ValueKind is JsonValueKind.String;
        return (documents, latest, hasNext && documents.Count > 0);
    }

    /// <summary>A result that has no number is kept by what it says, to be shown as unreadable.</summary>
    private static FeedDocument DocumentOf(JsonElement result)
    {
        var content = result.GetRawText();
        return result.ValueKind is JsonValueKind.Object && result.TryGetProperty("document_number", out var number) && number.ValueKind is JsonValueKind.String
            ? new FeedDocument(number.GetString()!, content, result.TryGetProperty("html_url", out var url) && url.ValueKind is JsonValueKind.String ? url.GetString() : null)
            : new FeedDocument("content:" + SeenDocument.Of("", System.Text.Encoding.UTF8.GetBytes(content)).Content[..24], content, Url: null);
    }

    private static string? Write(DateOnly? day) => day?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Short(string text) => text.Length > 200 ? text[..200] : text;
}

/// <summary>What is asked of the Federal Register, beside how often; in the same section.</summary>
internal sealed record FederalRegisterSettings
{
    /// <summary>Full-text query in the Register's own syntax; empty asks for everything.</summary>
    public string Term { get; init; } =
        "\"critical mineral\" | \"critical minerals\" | \"rare earth\" | gallium | germanium | antimony | tungsten | graphite";

    /// <summary>Slugs of agencies, by commas; empty asks for all.</summary>
    public string Agencies { get; init; } = "industry-and-security-bureau,commerce-department,state-department";

    /// <summary>Where the first turn begins.</summary>
    public DateOnly Since { get; init; } = new(2025, 1, 1);

    /// <summary>How many days before the last one read are asked for again.</summary>
    public int DaysAgain { get; init; } = 7;

    /// <summary>Documents a page; the Register gives at most 1,000.</summary>
    public int PerPage { get; init; } = 100;

    /// <summary>Pages a turn; the next goes on from there.</summary>
    public int MostPages { get; init; } = 20;
}
