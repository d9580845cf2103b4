using Npgsql;

namespace Chokepoint.Testing.Servers;

/// <summary>A service's database as it was when the service first started, so that no test counts what another left.</summary>
public static class EmptyDatabase
{
    /// <summary>Empties every table but EF Core's list of migrations; numbers handed out go on. The service may be running, and idle.</summary>
    public static async Task MakeAsync(NpgsqlDataSource database, CancellationToken cancellationToken = default)
    {
        // A service at rest still polls its queues, so the locks may cross; whoever Postgres chooses to end must ask again.
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await using var command = database.CreateCommand(
                    """
                    DO $do$
                    DECLARE names text;
                    BEGIN
                        SELECT string_agg(c.oid::regclass::text, ', ') INTO names FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                        WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname NOT IN ('pg_catalog', 'information_schema')
                            AND c.relname <> '__EFMigrationsHistory';
                        IF names IS NOT NULL THEN EXECUTE 'TRUNCATE ' || names; END IF;
                    END $do$
                    """);
                await command.ExecuteNonQueryAsync(cancellationToken);
                return;
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.DeadlockDetected && attempt < 10)
            {
            }
        }
    }
}
