using System.Text.Json;
using Chokepoint.Contracts;
using Chokepoint.ExportControls.Feeds.Text;
using Chokepoint.ExportControls.Notices;

namespace Chokepoint.ExportControls.Feeds.FederalRegister;

/// <summary>Reads a document of the Federal Register: one clause, by its title, abstract, action and dates.</summary>
internal static class FederalRegisterReader
{
    private const string Clause = "/clauses/0";

    public static Reading Read(FeedDocument document)
    {
        JsonElement json;
        try
        {
            json = JsonSerializer.Deserialize<JsonElement>(document.Content);
        }
        catch (JsonException)
        {
            return Reading.Unreadable("It is no JSON.");
        }
        if (json.ValueKind is not JsonValueKind.Object) return Reading.Unreadable("It is no JSON object.");
        if (Text(json, "document_number") is not { } number) return Reading.Unreadable("It has no document_number.");
        if (Text(json, "title") is not { } title) return Reading.Unreadable($"Document {number} has no title.");
        if (Days.Iso(Text(json, "publication_date")) is not { } published) return Reading.Unreadable($"Document {number} has no publication_date that is a day.");

        var evidence = new Evidence(FederalRegisterFeed.FeedName, document.Key);
        SourceText[] texts = [SourceText.Html("title", title), SourceText.Html("abstract", Text(json, "abstract")), SourceText.Html("action", Text(json, "action")),
            SourceText.Html("dates", Text(json, "dates")), SourceText.Html("excerpts", Text(json, "excerpts"))];
        var acting = ActionWords.Find(texts).Where(a => a.Target.Value.Number != number).ToList();
        var own = ActionWords.Without(texts);
        // A document that acts on others alone, or takes a measure away, has no clause of its own.
        var lifting = LiftingWords.Find(own);
        var actsAlone = (acting.Count > 0 || lifting is not null) && ProposalOf(json) is null && MeasureWords.Find(own) is null;
        var (clause, isAbout) = actsAlone
            ? (null, lifting is not null || MineralNames.Find(texts).Count > 0 || MeasureWords.Find(texts) is not null)
            : ClauseOf(evidence, json, own);
        if (lifting is not null) evidence.Lifts(lifting, alone: actsAlone);
        else if (actsAlone) evidence.Remark("/clauses", "No words for a measure of its own were found beside what it does to other notices.");
        var url = Text(json, "html_url") ?? document.Url;
        var announced = new Found<DateOnly?>(published, "publication_date", Text(json, "publication_date")!);
        var notice = new NoticeRequest
        {
            Issuer = evidence.Of("/issuer", new Found<string>("USA", "feed", "US Federal Register", "whatever it publishes is the United States'"), ""),
            Authority = evidence.Of("/authority", Agency(json), "No agency is named."),
            DocumentNumber = evidence.Of("/documentNumber", new Found<string>(number, "document_number", number), ""),
            Title = evidence.Of("/title", new Found<string>(Label(title), "title", title), ""),
            Language = evidence.Of("/language", new Found<string>("en", "feed", "US Federal Register", "it is published in English"), ""),
            AnnouncedOn = evidence.Of("/announcedOn", announced, ""),
            Sources = evidence.Of("/sources", SourceOf(url), "No address of the document is given."),
            Clauses = clause is null ? [] : [clause],
            Actions = ActionReading.Read(evidence, acting, texts, "USA", number, announced, EffectiveOn(json) ?? Nullable(Days.EffectiveFrom(texts))),
        };
        return evidence.Reads(notice, isAbout ? null : "It names no mineral known here, and no measure on exports.");
    }

    private static (ClauseRequest? Clause, bool IsAbout) ClauseOf(Evidence evidence, JsonElement json, SourceText[] texts)
    {
        var codes = HsMentions.Find(texts);
        var minerals = MineralNames.Find(texts).Concat(HsMentions.Minerals(codes)).DistinctBy(m => m.Value, StringComparer.Ordinal).ToList();
        var measure = ProposalOf(json) ?? MeasureWords.Find(texts);
        var basket = HsMentions.Baskets(codes);
        var clause = new ClauseRequest
        {
            Number = evidence.Of($"{Clause}/number", new Found<string>("1", "feed", "", "the document is taken as one clause"), ""),
            Measure = evidence.Of($"{Clause}/measure", Nullable(measure), "No words for a measure on exports were found."),
            Minerals = evidence.Of($"{Clause}/minerals", minerals, $"No mineral is named. {basket}".TrimEnd()) ?? [],
            Items = codes.Count is 0 ? [] : [new ItemRequest(ControlCode: null, evidence.Of($"{Clause}/items/0/hsCodes", codes, ""), Description: null)],
            Destinations = evidence.Of($"{Clause}/destinations", EconomyNames.Destinations(texts), "No destination was found; null, confirmed as it is, means every destination."),
            ExcludedDestinations = evidence.Of($"{Clause}/excludedDestinations", EconomyNames.Excluded(texts), "None was found.") ?? [],
            EffectiveFrom = evidence.Of($"{Clause}/effectiveFrom", EffectiveOn(json) ?? Nullable(Days.EffectiveFrom(texts)), "No day on which it takes effect was found."),
            EffectiveUntil = evidence.Of($"{Clause}/effectiveUntil", Nullable(Days.EffectiveUntil(texts)), "No last day was found; null, confirmed as it is, means that it has none."),
        };
        if (basket is not null && minerals.Count > 0) evidence.Remark($"{Clause}/minerals", basket);
        if (codes.Count is 0) evidence.Remark($"{Clause}/items", "No HS code was found.");
        return (clause, minerals.Count > 0 || measure is not null);
    }

    private static List<Found<SourceRequest>> SourceOf(string? url) => url is null ? [] : [new(new SourceRequest(url, "primary"), "html_url", url)];

    private static Found<Measure>? ProposalOf(JsonElement json) =>
        Text(json, "type") is { } type && (type.Equals("PRORULE", StringComparison.OrdinalIgnoreCase) || type.Equals("Proposed Rule", StringComparison.OrdinalIgnoreCase))
            ? new Found<Measure>(Measure.Statement, "type", type, "a proposed rule adopts nothing: statement") : null;

    private static Found<DateOnly?>? EffectiveOn(JsonElement json) =>
        Text(json, "effective_on") is { } text && Days.Iso(text) is { } day ? new Found<DateOnly?>(day, "effective_on", text) : null;

    /// <summary>The bureau rather than its department, where both are named.</summary>
    private static Found<string>? Agency(JsonElement json)
    {
        if (!json.TryGetProperty("agencies", out var agencies) || agencies.ValueKind is not JsonValueKind.Array) return null;
        var named = agencies.EnumerateArray().Where(a => a.ValueKind is JsonValueKind.Object && (Text(a, "name") ?? Text(a, "raw_name")) is not null).ToList();
        if (named.Count is 0) return null;
        var bureau = named.Find(a => a.TryGetProperty("parent_id", out var parent) && parent.ValueKind is JsonValueKind.Number);
        var agency = bureau.ValueKind is JsonValueKind.Undefined ? named[0] : bureau;
        var name = (Text(agency, "name") ?? Text(agency, "raw_name"))!;
        return new Found<string>(Label(name, 200), "agencies", name);
    }

    private static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String && value.GetString() is { } text && !string.IsNullOrWhiteSpace(text) ? text : null;

    private static Found<T?>? Nullable<T>(Found<T>? found)
        where T : struct => found is null ? null : new Found<T?>(found.Value, found.Field, found.Text, found.Rule);

    internal static string Label(string text, int longest = 1000)
    {
        var one = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        return one.Length > longest ? one[..longest].TrimEnd() : one;
    }
}
