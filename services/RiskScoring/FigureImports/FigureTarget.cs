using Chokepoint.Imports;
using Chokepoint.Reference;
using Chokepoint.Reference.Importing;
using Chokepoint.RiskScoring.Rescoring;
using Chokepoint.RiskScoring.Supply;
using Npgsql;

namespace Chokepoint.RiskScoring.FigureImports;

/// <summary>
/// Adds an import's figures to those known. Another edition stands beside the older ones; the same edition sent again with other values
/// stands on top of it, and both stay in the table. Scores follow when <see cref="FirstScores"/> sees the new figures.
/// </summary>
internal sealed class FigureTarget(NpgsqlDataSource database, SupplyBooks books, FiguresSignal signal) : IImportTarget<Figure>
{
    private enum News : short
    {
        New,
        Revised,
        Unchanged,
    }

    private static readonly string[] Columns = [.. ImportedFigures.Columns, "news"];

    private Dictionary<FigureKey, Figure> known = [];

    public IReadOnlyList<string> StagedColumns(ImportJob job) => Columns;

    public async Task BeginAsync(ImportJob job, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var book = await books.RefreshAsync(connection, cancellationToken);
        known = book.Figures.All.ToDictionary(FigureKey.Of);
    }

    public async Task PrepareAsync(NpgsqlConnection connection, ImportJob job, string staging, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand($"""
            CREATE TABLE IF NOT EXISTS {staging} (
                row_no integer GENERATED ALWAYS AS IDENTITY, kind text NOT NULL, mineral text, stage text, form text, economy text, counterpart text,
                value double precision, low double precision, high double precision, unit text NOT NULL, operator text, year integer NOT NULL,
                vintage text NOT NULL, source text NOT NULL, note text, news smallint NOT NULL)
            """, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public bool TryEncode(BinaryCopyBuffer buffer, ImportJob job, in Figure row)
    {
        var news = NewsOf(row);
        buffer.StartRow((short)Columns.Length);
        buffer.Write(row.Kind.NameOf());
        Text(row.Mineral);
        Text(row.Stage is { } stage ? stage.ToString().ToLowerInvariant() : null);
        Text(row.Form);
        Text(row.Economy);
        Text(row.Counterpart);
        buffer.Write(row.Value);
        buffer.Write(row.Low);
        buffer.Write(row.High);
        buffer.Write(row.Unit);
        Text(row.Operator);
        buffer.Write(row.Year);
        buffer.Write(row.Vintage);
        buffer.Write(row.Source);
        // The edition alone would not tell a corrected figure from the one that was first published.
        Text(news == News.Revised ? string.Join("; ", new[] { row.Note, FormattableString.Invariant($"revised by import {job.No}") }.OfType<string>()) : row.Note);
        buffer.Write((short)news);
        return true;

        void Text(string? text)
        {
            if (text is null) buffer.WriteNull();
            else buffer.Write(text);
        }
    }

    public async Task<MergeOutcome> MergeAsync(
        NpgsqlTransaction transaction, ImportJob job, string staging, long accepted, CancellationToken cancellationToken)
    {
        var columns = string.Join(", ", ImportedFigures.Columns);
        await using var command = new NpgsqlCommand($"""
            WITH merged AS (
                INSERT INTO figures (import_no, row_no, {columns}) SELECT $1, row_no, {columns} FROM {staging} ORDER BY row_no)
            SELECT count(*) FILTER (WHERE news = {(short)News.New}), count(*) FILTER (WHERE news = {(short)News.Revised}),
                count(*) FILTER (WHERE news = {(short)News.Unchanged}) FROM {staging}
            """, transaction.Connection, transaction) { Parameters = { new() { Value = job.No } } };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new MergeOutcome(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2));
    }

    public void Merged() => signal.Set();

    private News NewsOf(Figure figure) => !known.TryGetValue(FigureKey.Of(figure), out var before) ? News.New
        : (before.Value, before.Low, before.High, before.Operator) == (figure.Value, figure.Low, figure.High, figure.Operator) ? News.Unchanged : News.Revised;
}

/// <summary>Wakes the one who looks for new figures in this process; those of other replicas look every now and then.</summary>
internal sealed class FiguresSignal : IDisposable
{
    private readonly SemaphoreSlim raised = new(0);

    public void Set() => raised.Release();

    public Task WaitAsync(TimeSpan atMost, CancellationToken cancellationToken) => raised.WaitAsync(atMost, cancellationToken);

    public void Dispose() => raised.Dispose();
}
