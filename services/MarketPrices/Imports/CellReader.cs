using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Chokepoint.Imports;

namespace Chokepoint.MarketPrices.Imports;

/// <summary>A reader over the cells of a workbook, each a price or the reason why it is none.</summary>
internal sealed class CellReader(IEnumerable<Cell> cells, IDisposable workbook) : IRowReader<PriceRow>
{
    private readonly IEnumerator<Cell> _cells = cells.GetEnumerator();

    public long Line => _cells.Current.Line;

    public ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(Workbooks.Reading(_cells.MoveNext));
    }

    public bool TryGet([MaybeNullWhen(false)] out PriceRow row, [NotNullWhen(false)] out string? reason)
    {
        (row, reason) = (_cells.Current.Row, _cells.Current.Reason);
        return reason is null;
    }

    public ValueTask DisposeAsync()
    {
        _cells.Dispose();
        workbook.Dispose();
        return ValueTask.CompletedTask;
    }
}

/// <summary>One cell of a table: a price, or why it is not taken.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Cell(long Line, PriceRow Row, string? Reason);
