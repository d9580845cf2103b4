using Chokepoint.RiskScoring.Facts;
using Npgsql;

namespace Chokepoint.RiskScoring.Controls;

/// <summary>The clauses as they were known at an instant: of each the newest version that had occurred before it.</summary>
internal static class ClauseHistory
{
    public static async Task<FactBook.Snapshot> KnownAtAsync(NpgsqlConnection connection, DateTimeOffset before, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("""
            SELECT DISTINCT ON (notice_id, clause) event FROM clause_versions WHERE occurred_at < $1 ORDER BY notice_id, clause, version DESC
            """, connection) { Parameters = { new() { Value = before.ToUniversalTime() } } };
        var clauses = new List<Domain.ControlClause>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken)) clauses.Add(ClauseStore.Parse(reader.GetString(0)));
        return new FactBook.Snapshot(clauses);
    }
}
