using Chokepoint.Contracts;
using Chokepoint.MarketPrices.Domain;
using Chokepoint.Messaging.Outbox;
using Chokepoint.Reference;
using Chokepoint.ServiceDefaults;
using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace Chokepoint.MarketPrices.Signals;

/// <summary>A floor to set: a price of one unit of mass.</summary>
internal sealed record SetFloorRequest(double? Price, string? Unit, string? Currency);

internal sealed class SetFloorValidator : AbstractValidator<SetFloorRequest>
{
    public SetFloorValidator()
    {
        RuleFor(r => r.Price).Must(p => p is { } price && PriceChecks.CheckValue(price) is null).WithMessage("price must be above zero and not absurd.");
        RuleFor(r => r.Unit).Must(u => u is not null && Units.PerKilogram(1, u) is not null)
            .WithMessage("unit must be one of mass, such as kg, t, lb or ozt, so that every series can be held against it.");
        RuleFor(r => r.Currency).Must(c => c is { Length: 3 } && c.All(char.IsAsciiLetterUpper)).WithMessage("currency must be an ISO 4217 code, such as USD.");
    }
}

internal sealed record FloorView(string Mineral, double Price, string Unit, string Currency, DateTimeOffset SetAt);

internal sealed record SeriesSignalView(
    Guid SeriesId, string Series, string Source, DateOnly AsOf, double Price, string Unit, string Currency, double? MonthReturn, double? YearReturn,
    double? Volatility, double? RobustZ, SignalLevel Level, bool FloorBreached, long Version);

/// <param name="Level">The highest among the series.</param>
internal sealed record SignalView(string Mineral, SignalLevel Level, bool FloorBreached, FloorView? Floor, IReadOnlyList<SeriesSignalView> Series);

/// <summary><c>GET /minerals/{mineral}/signal</c> and <c>PUT /minerals/{mineral}/floor</c>.</summary>
internal static class SignalEndpoints
{
    public static void MapSignals(this IEndpointRouteBuilder prices)
    {
        var minerals = prices.MapGroup("/minerals/{mineral}").WithTags("Signals");
        minerals.MapGet("/signal", GetAsync).WithName("GetPriceSignal").WithSummary("What each price series of a mineral says beside its own past, and whether the floor holds.");
        minerals.MapPut("/floor", PutAsync).WithName("SetPriceFloor").RequireAuthorization(Scopes.PricesWrite)
            .WithSummary("Sets the price below which a mineral's floor is broken; series in another currency are not held against it.");
    }

    private static async Task<Results<Ok<SignalView>, ProblemHttpResult>> GetAsync(
        string mineral, NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        if (!Minerals.TryGet(mineral, out _)) return Problems.NotFound($"There is no mineral {mineral}.");
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var floor = await FloorAsync(connection, mineral, cancellationToken);
        await using var command = new NpgsqlCommand(
            """
            SELECT s.id, s.form, s.unit, s.currency, s.source, s.frequency, p.as_of, p.price, p.month_return, p.year_return, p.volatility, p.robust_z,
                p.level, p.floor_breached, p.version
            FROM series s JOIN price_signals p ON p.series_no = s.no WHERE s.mineral = $1 ORDER BY p.level DESC, s.no
            """, connection) { Parameters = { new() { Value = mineral } } };
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var series = new List<SeriesSignalView>();
        while (await row.ReadAsync(cancellationToken))
        {
            double? Number(int i) => row.IsDBNull(i) ? null : row.GetDouble(i);
            var identity = new SeriesIdentity(mineral, row.GetString(1), row.GetString(2), row.GetString(3), row.GetString(4), (Frequency)row.GetInt16(5));
            series.Add(new SeriesSignalView(
                row.GetGuid(0), identity.ToString(), identity.Source, row.GetFieldValue<DateOnly>(6), row.GetDouble(7), identity.Unit, identity.Currency,
                Number(8), Number(9), Number(10), Number(11), (SignalLevel)row.GetInt16(12), row.GetBoolean(13), row.GetInt64(14)));
        }
        return series.Count == 0
            ? Problems.NotFound($"No price of {mineral} has been recorded here.")
            : TypedResults.Ok(new SignalView(mineral, series.Max(s => s.Level), series.Exists(s => s.FloorBreached), floor, series));
    }

    private static async Task<Results<Ok<FloorView>, ProblemHttpResult>> PutAsync(
        string mineral, SetFloorRequest request, NpgsqlDataSource database, SignalAnnouncer signals, IOutbox outbox, CancellationToken cancellationToken)
    {
        if (!Minerals.TryGet(mineral, out _)) return Problems.NotFound($"There is no mineral {mineral}.");
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var setting = await connection.BeginTransactionAsync(cancellationToken);
        await using (var command = new NpgsqlCommand(
            """
            INSERT INTO price_floors (mineral, price, unit, currency, set_at) VALUES ($1, $2, $3, $4, now())
            ON CONFLICT (mineral) DO UPDATE SET price = excluded.price, unit = excluded.unit, currency = excluded.currency, set_at = now()
            """, connection))
        {
            command.Parameters.Add(new() { Value = mineral });
            command.Parameters.Add(new() { Value = request.Price!.Value });
            command.Parameters.Add(new() { Value = request.Unit! });
            command.Parameters.Add(new() { Value = request.Currency! });
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
        var held = await HoldAgainstAsync(setting, mineral, [], signals, cancellationToken);
        var floor = await FloorAsync(connection, mineral, cancellationToken);
        await setting.CommitAsync(cancellationToken);

        // A series that began while this waited for another had its first price held against the floor before, and nothing else looks again.
        await using var since = await connection.BeginTransactionAsync(cancellationToken);
        await HoldAgainstAsync(since, mineral, held, signals, cancellationToken);
        await since.CommitAsync(cancellationToken);
        outbox.Committed();
        return TypedResults.Ok(floor!);
    }

    /// <summary>Holds a mineral's series but those against its floor as it is now; which they are.</summary>
    private static async Task<List<int>> HoldAgainstAsync(
        NpgsqlTransaction transaction, string mineral, List<int> but, SignalAnnouncer signals, CancellationToken cancellationToken)
    {
        var series = new List<int>();
        // The same lock that a batch of prices takes, so that a floor and a price set at once are held against each other.
        await using (var command = new NpgsqlCommand("SELECT no FROM series WHERE mineral = $1 AND no <> ALL($2) ORDER BY no FOR UPDATE", transaction.Connection))
        {
            command.Parameters.Add(new() { Value = mineral });
            command.Parameters.Add(new() { Value = but });
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken)) series.Add(reader.GetInt32(0));
        }
        await signals.AnnounceAsync(transaction, series, cancellationToken);
        return series;
    }

    private static async Task<FloorView?> FloorAsync(NpgsqlConnection connection, string mineral, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT price, unit, currency, set_at FROM price_floors WHERE mineral = $1", connection)
        {
            Parameters = { new() { Value = mineral } },
        };
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken)
            ? new FloorView(mineral, row.GetDouble(0), row.GetString(1), row.GetString(2), row.GetFieldValue<DateTimeOffset>(3))
            : null;
    }
}
