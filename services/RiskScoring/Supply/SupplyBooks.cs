using Chokepoint.Reference;
using Chokepoint.RiskScoring.Domain;
using Npgsql;

namespace Chokepoint.RiskScoring.Supply;

/// <summary>
/// The book of the newest figures: those that ship, and on top of them every file an operator imported, in the order of acceptance. Each
/// replica looks for newer ones before it scores, so that no score is made from figures older than what asked for it.
/// </summary>
internal sealed class SupplyBooks(LiveMethod method)
{
    /// <summary>Each costs some megabytes.</summary>
    private const int MostPastBooks = 8;

    private readonly Lock making = new();
    private readonly Dictionary<(int Published, string Imports), SupplyBook> past = [];
    private volatile SupplyBook? current;
    private long imported;

    /// <summary>As of the last look; a reader keeps the one it took for as long as it answers.</summary>
    public SupplyBook Current => current ?? Shipped();

    /// <summary>Brings <see cref="Current"/> up to what is committed, as the connection sees it.</summary>
    public async Task<SupplyBook> RefreshAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        return await RefreshAsync(connection, await ImportedFigures.CountAsync(connection, cancellationToken), cancellationToken);
    }

    /// <param name="merged">What <see cref="ImportedFigures.Count"/> has told on this connection.</param>
    public async Task<SupplyBook> RefreshAsync(NpgsqlConnection connection, long merged, CancellationToken cancellationToken)
    {
        if (merged <= Interlocked.Read(ref imported)) return Current;
        var figures = await ImportedFigures.ReadAsync(connection, imports: null, cancellationToken);
        // A second of arithmetic, and only when an operator has imported: others who ask meanwhile wait for it rather than do it too.
        lock (making)
        {
            if (merged <= imported) return Current;
            current = new SupplyBook(FigureSet.Of(Figures.Shipped.All, figures), method);
            Interlocked.Exchange(ref imported, merged);
            return current;
        }
    }

    /// <summary>The book of what was known before an instant: what ships and was published by then, and what was imported by then.</summary>
    public async Task<SupplyBook> KnownBeforeAsync(NpgsqlConnection connection, DateTimeOffset instant, CancellationToken cancellationToken)
    {
        var newest = await RefreshAsync(connection, cancellationToken);
        var imports = await ImportedFigures.MergedAsync(connection, instant, cancellationToken);
        var lastDay = DateOnly.FromDateTime(instant.UtcDateTime.AddTicks(-1));
        Figure[] published = [.. Figures.Shipped.All.Where(f => Publication.DayOf(f) <= lastDay)];
        if (published.Length == Figures.Shipped.All.Count && imports.Length == Interlocked.Read(ref imported)) return newest;
        var key = (published.Length, string.Join(' ', imports));
        lock (making)
        {
            if (past.TryGetValue(key, out var known)) return known;
        }

        var figures = await ImportedFigures.ReadAsync(connection, imports, cancellationToken);
        var book = new SupplyBook(FigureSet.Of(published, figures), method, onDemand: true);
        lock (making)
        {
            if (past.Count >= MostPastBooks) past.Clear();
            past[key] = book;
        }

        return book;
    }

    private SupplyBook Shipped()
    {
        lock (making) return current ??= new SupplyBook(Figures.Shipped, method);
    }
}
