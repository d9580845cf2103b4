using Npgsql;

namespace Chokepoint.Messaging.Outbox;

/// <summary>
/// A session that was changed for longer than a transaction: its settings, locks and channels end with its use here, since the pool
/// may hand connections on as they are (<c>No Reset On Close</c>).
/// </summary>
internal static class ChangedSession
{
    private const int Patience = 2; // seconds

    /// <summary>Cleans the session and gives the connection back to the pool; one that cannot be cleaned is not used again.</summary>
    public static async Task CloseAsync(NpgsqlConnection connection)
    {
        try
        {
            if (connection.State is System.Data.ConnectionState.Open)
            {
                await using var clean = new NpgsqlBatch(connection)
                {
                    BatchCommands = { new("RESET ALL"), new("UNLISTEN *"), new("SELECT pg_advisory_unlock_all()") },
                    Timeout = Patience,
                };
                await clean.ExecuteNonQueryAsync(CancellationToken.None);
            }
        }
        catch (Exception exception) when (exception is NpgsqlException or InvalidOperationException)
        {
            NpgsqlConnection.ClearPool(connection); // rare: its neighbours are opened anew as they are asked for
        }
        finally
        {
            await connection.DisposeAsync();
        }
    }
}
