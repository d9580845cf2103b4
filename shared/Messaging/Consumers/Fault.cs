using System.Net.Sockets;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Chokepoint.Messaging.Consumers;

/// <summary>Whose fault a failed attempt was, which decides how often the message is tried again.</summary>
internal enum FaultKind
{
    /// <summary>The message or the handler's code: tried a few times, then dead-lettered.</summary>
    OfTheMessage,

    /// <summary>It met another transaction, and this one was chosen to give way: tried until it does not.</summary>
    OfACollision,

    /// <summary>The database is away, full, starting, not yet migrated, or lets the service in no more: tried until it is back.</summary>
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
                    return postgres.SqlState switch
                    {
                        PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure => FaultKind.OfACollision,
                        var state when IsOfTheServer(state) => FaultKind.OfTheServers,
                        _ => FaultKind.OfTheMessage,
                    };
                case SocketException or EndOfStreamException or TimeoutException or NpgsqlException { InnerException: IOException or TimeoutException }:
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
        || state.StartsWith("28", StringComparison.Ordinal) // invalid authorization: a password was changed
        || state.StartsWith("53", StringComparison.Ordinal) // insufficient resources: disk full, too many connections
        || state.StartsWith("57P", StringComparison.Ordinal) // operator intervention: shutting down, starting up
        || state.StartsWith("58", StringComparison.Ordinal) // system errors: I/O
        || state is PostgresErrorCodes.ReadOnlySqlTransaction // a failover in progress
            or PostgresErrorCodes.InsufficientPrivilege or PostgresErrorCodes.DataCorrupted or PostgresErrorCodes.IndexCorrupted
            or PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName or PostgresErrorCodes.InvalidCatalogName;
}
