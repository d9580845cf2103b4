using Chokepoint.Notifications.Data;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;

namespace Chokepoint.Notifications.Dispatch;

/// <summary>Writes attempts and what follows from them (retry, end, throttle, disabling) in one transaction.</summary>
internal sealed class AttemptStore(NpgsqlDataSource dataSource, IOptions<DispatchSettings> options, ILogger<AttemptStore> log)
{
    // A success counts whoever has the claim by now, and ends that claim; a failure only from the claim that is still the latest.
    private const string Attempts = """
        WITH result AS (
            SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) AS r(
                attempt_id, delivery_id, claim, state, retry_in, started_at, duration_ms, status_code, error, response_body, request_id, trace_id)),
        delivery AS (
            UPDATE deliveries d SET
                attempts = d.attempts + 1,
                round = d.round + CASE WHEN d.claim = r.claim THEN 1 ELSE 0 END,
                state = CASE WHEN r.state = 'Delivered' OR d.claim = r.claim THEN r.state ELSE d.state END,
                due_at = CASE WHEN d.claim = r.claim AND r.state = 'Pending' THEN now() + r.retry_in ELSE d.due_at END,
                completed_at = CASE WHEN r.state = 'Delivered' OR (d.claim = r.claim AND r.state = 'Failed') THEN now() ELSE d.completed_at END,
                failure = CASE WHEN r.state = 'Delivered' THEN NULL WHEN d.claim = r.claim AND r.state = 'Failed' THEN r.error ELSE d.failure END,
                claim = CASE WHEN r.state = 'Delivered' OR d.claim = r.claim THEN NULL ELSE d.claim END
            FROM result r WHERE d.id = r.delivery_id
            RETURNING d.id, d.attempts)
        INSERT INTO attempts (id, delivery_id, number, started_at, duration_ms, status_code, error, response_body, request_id, trace_id)
        SELECT r.attempt_id, d.id, d.attempts, r.started_at, r.duration_ms, r.status_code, r.error, r.response_body, r.request_id, r.trace_id
        FROM result r JOIN delivery d ON d.id = r.delivery_id
        """;

    private const string Health = """
        UPDATE subscriptions s SET failing_since = CASE WHEN s.id = ANY($1) THEN NULL ELSE now() END
        WHERE (s.id = ANY($1) AND failing_since IS NOT NULL) OR (s.id = ANY($2) AND NOT s.id = ANY($1) AND failing_since IS NULL)
        """;

    private const string Disable = """
        UPDATE subscriptions s SET
            disabled_reason = CASE WHEN s.id = ANY($1) THEN 'Gone' ELSE 'Failing' END,
            disabled_at = now(), updated_at = now(), version = version + 1
        WHERE s.disabled_reason IS NULL AND (s.id = ANY($1) OR (s.id = ANY($2) AND s.failing_since <= now() - $3))
        RETURNING s.id, s.disabled_reason
        """;

    private const string GiveUpWhatWaits = """
        UPDATE deliveries d SET state = 'Failed', failure = 'subscription-disabled', completed_at = now(), claim = NULL
        FROM subscriptions s
        WHERE s.id = d.subscription_id AND s.disabled_reason IS NOT NULL AND d.state = 'Pending' AND ($1 IS NULL OR s.id = ANY($1))
        """;

    private const string Hold = """
        UPDATE throttles t SET next_send_at = greatest(t.next_send_at, now() + h.hold)
        FROM (SELECT subscription_id, max(hold) AS hold FROM unnest($1, $2) AS h(subscription_id, hold) GROUP BY 1) h
        WHERE t.subscription_id = h.subscription_id
        """;

    /// <summary>
    /// In one round trip where nothing ends in failure. It does not wait for the disk: a result that is lost with a crash of the server is a
    /// claim that lapses, and so one more attempt under the same <c>webhook-id</c>, as when this process dies before it.
    /// </summary>
    public async Task StoreAsync(IReadOnlyList<Verdict> verdicts, CancellationToken cancellationToken)
    {
        var anyFailed = verdicts.Any(v => v.State is DeliveryState.Failed);
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = anyFailed ? await connection.BeginTransactionAsync(cancellationToken) : null;
        await using var batch = new NpgsqlBatch(connection, transaction)
        {
            BatchCommands = { new NpgsqlBatchCommand("SELECT set_config('synchronous_commit', 'off', true)"), InsertCommand(verdicts), HealthCommand(verdicts) },
        };
        if (verdicts.Any(v => v.Hold is not null)) batch.BatchCommands.Add(HoldCommand(verdicts));
        await batch.ExecuteNonQueryAsync(cancellationToken);
        var givenUp = 0;
        if (transaction is not null)
        {
            var disabled = await DisableAsync(connection, verdicts, cancellationToken);
            givenUp = disabled.Length > 0 ? await GiveUpAsync(connection, disabled, cancellationToken) : 0;
            await transaction.CommitAsync(cancellationToken);
        }

        var delivered = verdicts.Count(v => v.State is DeliveryState.Delivered);
        var failed = verdicts.Count(v => v.State is DeliveryState.Failed) + givenUp;
        if (delivered > 0) Telemetry.Ended("delivered", delivered);
        if (failed > 0) Telemetry.Ended("failed", failed);
    }

    /// <summary>Ends what waits for subscriptions that are switched off, whoever did it.</summary>
    public async Task<int> GiveUpAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await GiveUpAsync(connection, null, cancellationToken);
    }

    private static NpgsqlBatchCommand InsertCommand(IReadOnlyList<Verdict> verdicts)
    {
        // In the order of their ids, so that two processes never wait for each other's rows.
        var ordered = verdicts.OrderBy(v => v.Result.Delivery.Id).ToList();
        var command = new NpgsqlBatchCommand(Attempts);
        Add(NpgsqlDbType.Uuid, v => v.Result.Id);
        Add(NpgsqlDbType.Uuid, v => v.Result.Delivery.Id);
        Add(NpgsqlDbType.Uuid, v => v.Result.Delivery.Claim);
        Add(NpgsqlDbType.Text, v => v.State.ToString());
        Add(NpgsqlDbType.Interval, v => v.RetryIn);
        Add(NpgsqlDbType.TimestampTz, v => v.Result.StartedAt.UtcDateTime);
        Add(NpgsqlDbType.Double, v => v.Result.Duration.TotalMilliseconds);
        Add(NpgsqlDbType.Integer, v => v.Result.StatusCode);
        Add(NpgsqlDbType.Text, v => v.Result.Error);
        Add(NpgsqlDbType.Text, v => v.Result.ResponseBody);
        Add(NpgsqlDbType.Text, v => v.Result.RequestId);
        Add(NpgsqlDbType.Text, v => v.Result.TraceId);
        return command;

        void Add<T>(NpgsqlDbType type, Func<Verdict, T> column) =>
            command.Parameters.Add(new() { Value = ordered.Select(column).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | type });
    }

    private static NpgsqlBatchCommand HealthCommand(IReadOnlyList<Verdict> verdicts) => new(Health)
    {
        Parameters =
        {
            new() { Value = Subscriptions(verdicts, v => v.Result.Succeeded) },
            new() { Value = Subscriptions(verdicts, v => !v.Result.Succeeded && !v.IsOfTest) },
        },
    };

    private static NpgsqlBatchCommand HoldCommand(IReadOnlyList<Verdict> verdicts)
    {
        var held = verdicts.Where(v => v.Hold is not null).ToList();
        return new NpgsqlBatchCommand(Hold)
        {
            Parameters =
            {
                new() { Value = held.Select(v => v.Result.Delivery.SubscriptionId).ToArray() },
                new() { Value = held.Select(v => v.Hold!.Value).ToArray() },
            },
        };
    }

    private async Task<Guid[]> DisableAsync(NpgsqlConnection connection, IReadOnlyList<Verdict> verdicts, CancellationToken cancellationToken)
    {
        var disabled = new List<Guid>();
        await using var disable = new NpgsqlCommand(Disable, connection);
        disable.Parameters.Add(new() { Value = Subscriptions(verdicts, v => v.Result.Gone) });
        disable.Parameters.Add(new() { Value = Subscriptions(verdicts, v => v.State is DeliveryState.Failed && !v.IsOfTest) });
        disable.Parameters.Add(new() { Value = options.Value.DisableAfter });
        await using var reader = await disable.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            disabled.Add(reader.GetGuid(0));
            log.LogWarning("Subscription {Subscription} was disabled: {Reason}", reader.GetGuid(0), reader.GetString(1));
        }
        return [.. disabled];
    }

    private static async Task<int> GiveUpAsync(NpgsqlConnection connection, Guid[]? subscriptions, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(GiveUpWhatWaits, connection);
        command.Parameters.Add(new() { Value = (object?)subscriptions ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid });
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static Guid[] Subscriptions(IReadOnlyList<Verdict> verdicts, Func<Verdict, bool> where) =>
        [.. verdicts.Where(where).Select(v => v.Result.Delivery.SubscriptionId).Distinct()];
}
