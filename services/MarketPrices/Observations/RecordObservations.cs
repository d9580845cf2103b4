using System.Text.Json;
using Chokepoint.MarketPrices.Domain;
using Chokepoint.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Chokepoint.MarketPrices.Observations;

/// <summary>What became of each observation. <paramref name="SeriesId"/> is null when none was good and the series is not known.</summary>
internal sealed record RecordedView(Guid? SeriesId, long New, long Revised, long Unchanged, int Rejected, IReadOnlyList<RejectedObservation> Rejects);

/// <param name="Pointer">JSON Pointer into the request.</param>
internal sealed record RejectedObservation(string Pointer, string Reason);

/// <summary><c>POST /observations</c>: good rows land, each bad one is named with the reason.</summary>
internal static class RecordObservations
{
    public static void MapObservations(this IEndpointRouteBuilder prices) => prices.MapPost("/observations", PostAsync).WithTags("Observations").WithName("RecordPriceObservations")
        .RequireAuthorization(Scopes.PricesWrite)
        .WithSummary("Stores prices of one series; a changed price is a revision and the earlier vintage is kept.");

    private static async Task<Accepted<RecordedView>> PostAsync(
        RecordObservationsRequest request, ObservationStore store, TimeProvider clock, CancellationToken cancellationToken)
    {
        var today = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
        var identity = request.Series!.ToIdentity();
        var (prices, rejects) = Sift(request.Observations!, identity.Frequency, today);
        var recorded = await store.RecordAsync(identity, prices, request.Vintage ?? today, cancellationToken);
        return TypedResults.Accepted(
            recorded.SeriesId is { } id ? $"/api/prices/series/{id}/observations" : null,
            new RecordedView(recorded.SeriesId, recorded.New, recorded.Revised, recorded.Unchanged, rejects.Count, rejects));
    }

    internal static (List<Price> Prices, List<RejectedObservation> Rejects) Sift(
        IReadOnlyList<ObservationRequest?> observations, Frequency frequency, DateOnly today)
    {
        var prices = new List<Price>(observations.Count);
        var rejects = new List<RejectedObservation>();
        var seen = new HashSet<DateOnly>();
        for (var i = 0; i < observations.Count; i++)
        {
            var reason = Read(observations[i], frequency, today, out var member, out var price);
            if (reason is null && !seen.Add(price.Date)) (member, reason) = ("date", "The same period is given twice; the first was taken.");
            if (reason is null) prices.Add(price);
            else rejects.Add(new RejectedObservation($"/observations/{i}{(member.Length > 0 ? "/" + member : "")}", reason));
        }
        return (prices, rejects);
    }

    private static string? Read(ObservationRequest? row, Frequency frequency, DateOnly today, out string member, out Price price)
    {
        price = default;
        member = "";
        if (row is null) return "An observation must be an object with date and value.";
        member = "date";
        var text = row.Date.ValueKind is JsonValueKind.String ? row.Date.GetString() : null;
        if (PriceChecks.ReadDate(text, frequency, today, out var date) is { } badDate) return badDate;
        member = "value";
        if (row.Value.ValueKind is not JsonValueKind.Number || !row.Value.TryGetDouble(out var value)) return "value must be a number.";
        price = new Price(date, value);
        return PriceChecks.CheckValue(value);
    }
}
