using System.Collections.Concurrent;
using Npgsql;

namespace Chokepoint.Polling.Store;

/// <summary>How it stands with every source, and the alerts about them: read from the database, the last reading kept for health and metrics.</summary>
internal sealed class PollBoard(NpgsqlDataSource database)
{
    private const int AlertsShown = 10;
    private readonly ConcurrentDictionary<string, PollState> _last = new(StringComparer.Ordinal);

    /// <summary>As last read by this process.</summary>
    public IReadOnlyCollection<PollState> Last => [.. _last.Values];

    public async Task<PollState> ReadAsync(PolledSource source, CancellationToken cancellationToken)
    {
        var state = await StateAsync(source, cancellationToken);
        state = state with { Alerts = await AlertsAsync(source.Name, cancellationToken) };
        _last[source.Name] = state;
        return state;
    }

    /// <summary>Raises and clears the source's alerts by how it stands now; each is raised once, over all processes.</summary>
    /// <returns>What became of them, in sentences for the log.</returns>
    public async Task<IReadOnlyList<(bool IsRaised, string Sentence)>> AlertAsync(PolledSource source, CancellationToken cancellationToken)
    {
        var state = await StateAsync(source, cancellationToken);
        var wanted = Wanted(source, state);
        var happened = new List<(bool, string)>();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        foreach (var (reason, detail) in wanted)
        {
            await using var raise = new NpgsqlCommand(
                """
                INSERT INTO polling.alerts (source, reason, detail) VALUES ($1, $2, $3)
                ON CONFLICT (source, reason) WHERE cleared_at IS NULL DO NOTHING
                """, connection)
            {
                Parameters = { new() { Value = source.Name }, new() { Value = reason.ToString() }, new() { Value = detail } },
            };
            if (await raise.ExecuteNonQueryAsync(cancellationToken) is 1) happened.Add((true, detail));
        }
        await using var clear = new NpgsqlCommand(
            "UPDATE polling.alerts SET cleared_at = now() WHERE source = $1 AND cleared_at IS NULL AND reason <> ALL($2) RETURNING reason", connection)
        {
            Parameters = { new() { Value = source.Name }, new() { Value = wanted.Select(w => w.Reason.ToString()).ToArray() } },
        };
        await using var reader = await clear.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken)) happened.Add((false, $"{source.Name} is no longer {reader.GetString(0).ToLowerInvariant()}."));
        return happened;
    }

    private static List<(PollHealth Reason, string Detail)> Wanted(PolledSource source, PollState state)
    {
        var wanted = new List<(PollHealth, string)>();
        if (state.Health is PollHealth.Off) return wanted;
        if (state is { Failures: > 0, LastError: { } error })
        {
            if (PollException.IsChange(error.Failure)) wanted.Add((PollHealth.Changed, $"{source.Name}: {error.Detail}"));
            else if (state.Failures >= source.Options.FailuresToAlert) wanted.Add((PollHealth.Failing, $"{source.Name}: {error.Detail}"));
        }
        if (state.SilentSince is { } since)
            wanted.Add((PollHealth.Silent, FormattableString.Invariant($"{source.Name}: nothing new since {since:yyyy-MM-dd HH:mm} UTC.")));
        return wanted;
    }

    private async Task<PollState> StateAsync(PolledSource source, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            SELECT enabled, next_poll_at, lease_until > now(), last_polled_at, last_success_at, last_new_at, documents, failures, failure,
                failure_detail, failed_at, greatest(last_new_at, watched_since), now()
            FROM polling.sources WHERE name = $1
            """);
        command.Parameters.AddWithValue(source.Name);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken) || !reader.GetBoolean(0))
            return new PollState { Source = source.Name, Address = source.Options.Address, Health = PollHealth.Off };

        DateTimeOffset? At(int column) => reader.IsDBNull(column) ? null : reader.GetFieldValue<DateTimeOffset>(column);
        var error = reader.IsDBNull(8)
            ? null
            : new PollError(Enum.TryParse<PollFailure>(reader.GetString(8), out var failure) ? failure : PollFailure.Internal, reader.GetString(9), At(10)!.Value);
        var watchedFrom = At(11)!.Value;
        var isSilent = source.Options.SilentAfter is { } patience && watchedFrom + patience < At(12)!.Value;
        var failures = reader.GetInt32(7);
        return new PollState
        {
            Source = source.Name,
            Address = source.Options.Address,
            Health = failures > 0 ? PollException.IsChange(error!.Failure) ? PollHealth.Changed : PollHealth.Failing
                : isSilent ? PollHealth.Silent
                : reader.IsDBNull(4) ? PollHealth.Waiting
                : PollHealth.Ok,
            NextPollAt = At(1),
            IsPolling = !reader.IsDBNull(2) && reader.GetBoolean(2),
            LastPolledAt = At(3),
            LastSuccessAt = At(4),
            LastNewAt = At(5),
            Documents = reader.GetInt64(6),
            Failures = failures,
            LastError = error,
            SilentSince = isSilent ? watchedFrom : null,
        };
    }

    private async Task<IReadOnlyList<PollAlert>> AlertsAsync(string source, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"SELECT reason, detail, raised_at, cleared_at FROM polling.alerts WHERE source = $1 ORDER BY no DESC LIMIT {AlertsShown}");
        command.Parameters.AddWithValue(source);
        var alerts = new List<PollAlert>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            alerts.Add(new PollAlert(
                Enum.Parse<PollHealth>(reader.GetString(0)), reader.GetString(1), reader.GetFieldValue<DateTimeOffset>(2),
                reader.IsDBNull(3) ? null : reader.GetFieldValue<DateTimeOffset>(3)));
        }
        return alerts;
    }
}
