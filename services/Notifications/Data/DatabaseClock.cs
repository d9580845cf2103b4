namespace Chokepoint.Notifications.Data;

/// <summary>The database's <c>now()</c> in a query: due times are its, so that replicas need not agree on the time.</summary>
internal static class DatabaseClock
{
    /// <exception cref="NotSupportedException">Called outside a query.</exception>
    public static DateTimeOffset Now() => throw new NotSupportedException("Only the database knows.");
}
