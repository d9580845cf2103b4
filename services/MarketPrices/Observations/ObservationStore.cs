using Chokepoint.MarketPrices.Domain;
using Chokepoint.MarketPrices.Series;
using Chokepoint.MarketPrices.Signals;
using Chokepoint.Messaging.Outbox;
using Npgsql;
using NpgsqlTypes;

namespace Chokepoint.MarketPrices.Observations;

/// <summary>What a batch did. <paramref name="SeriesId"/> is null for an empty batch.</summary>
internal sealed record Recorded(Guid? SeriesId, long New, long Revised, long Unchanged);

/// <summary>Stores one series' prices through the same merge that imports go through.</summary>
internal sealed class ObservationStore(NpgsqlDataSource database, SignalAnnouncer signals, IOutbox outbox)
{
    public async Task<Recorded> RecordAsync(
        SeriesIdentity identity, IReadOnlyList<Price> prices, DateOnly vintage, CancellationToken cancellationToken)
    {
        if (prices.Count == 0) return new Recorded(null, 0, 0, 0);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        // Before the transaction: who sets a floor meanwhile must see the series, to wait for its prices.
        var series = await SeriesRegistry.ResolveAsync(connection, identity, cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);

        await using (var stage = new NpgsqlCommand(
            """
            CREATE TEMP TABLE staged ON COMMIT DROP AS
            SELECT 0::bigint AS seq, $1::integer AS series_no, extract(year FROM date)::smallint AS year, $4::date AS vintage,
                array_agg(date ORDER BY date) AS dates, array_agg(value ORDER BY date) AS prices
            FROM unnest($2::date[], $3::double precision[]) AS t (date, value) GROUP BY extract(year FROM date)
            """, connection))
        {
            stage.Parameters.Add(new() { Value = series.No });
            stage.Parameters.Add(new() { Value = prices.Select(p => p.Date).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Date });
            stage.Parameters.Add(new() { Value = prices.Select(p => p.Value).ToArray() });
            stage.Parameters.Add(new() { Value = vintage });
            await stage.ExecuteNonQueryAsync(cancellationToken);
        }
        var outcome = await ObservationMerge.RunAsync(connection, "staged", prices.Count, cancellationToken);
        await signals.AnnounceAsync(transaction, [series.No], cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        outbox.Committed();
        return new Recorded(series.Id, outcome.New, outcome.Revised, outcome.Unchanged);
    }
}
