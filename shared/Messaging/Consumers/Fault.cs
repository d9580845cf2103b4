using System.Net.Sockets;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Chokepoint.Messaging.Consumers;

/// <summary>Whose fault a failed attempt was, which decides how often the message is tried again.</summary>
internal enum FaultKind
{
    /// <summary>The message, the handler's code, or a collision that another attempt may avoid: tried a few times, then dead-lettered.</summary>
    OfTheMessage,

    /// <summary>The database is away, full, starting or not yet migrated: tried until it is back.</summary>
    OfTheServers,
}

internal static class Fault
{
    public static FaultKind Of(Exception exception)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case PostgresException postgres:
                    return IsOfTheServer(postgres.SqlState) ? FaultKind.OfTheServers : FaultKind.OfTheMessage;
                case SocketException or EndOfStreamException or NpgsqlException { InnerException: IOException or TimeoutException }:
                case NpgsqlException { IsTransient: true }:
                    return FaultKind.OfTheServers;
                case DbUpdateConcurrencyException:
                    return FaultKind.OfTheMessage;
            }
        }

        return FaultKind.OfTheMessage;
    }

    /// <summary>PostgreSQL's SQLSTATE classes (appendix A of its manual).</summary>
    private static bool IsOfTheServer(string state) =>
        state.StartsWith("08", StringComparison.Ordinal) // connection exceptions
        || state.StartsWith("53", StringComparison.Ordinal) // insufficient resources: disk full, too many connections
        || state.StartsWith("57P", StringComparison.Ordinal) // operator intervention: shutting down, starting up
        || state.StartsWith("58", StringComparison.Ordinal) // system errors: I/O
        || state is PostgresErrorCodes.ReadOnlySqlTransaction // a failover in progress
            or PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName or PostgresErrorCodes.InvalidCatalogName;
}
