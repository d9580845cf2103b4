using Chokepoint.Imports;

namespace Chokepoint.TradeFlows.Imports;

/// <summary>
/// Tells a file with some bad rows from one whose columns do not hold what the header says: when none of the first rows fits its
/// header, the file is refused whole instead of being rejected row by row to its end.
/// </summary>
internal sealed class MisplacedRows
{
    private const int Enough = 20;

    private int _seen;
    private bool _anyFits;
    private long _firstLine;

    public void Count(bool misplaced, long line)
    {
        if (_anyFits) return;
        _anyFits = !misplaced;
        if (_seen++ == 0) _firstLine = line;
        if (_seen >= Enough) AtEnd();
    }

    /// <exception cref="ImportRefusedException">No row so far fits the header.</exception>
    public void AtEnd()
    {
        if (!_anyFits && _seen > 0)
            throw ImportRefusedException.NotTheFormat(
                $"No row fits the header: from line {_firstLine} on the columns do not hold what it says. Is it shifted?");
    }
}
