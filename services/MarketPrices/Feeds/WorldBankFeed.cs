using System.Net;
using System.Text.RegularExpressions;
using Chokepoint.Imports;
using Chokepoint.Polling;

namespace Chokepoint.MarketPrices.Feeds;

/// <summary>
/// The World Bank's Pink Sheet. Its workbook has another address with each edition, so the page that links it is asked first: only when
/// the page says that it has not changed is the address of the last time taken as it is.
/// </summary>
internal sealed partial class WorldBankFeed(FetchedFiles files) : IPolledSource
{
    public const string FeedName = "world-bank";
    public const string Section = "Feeds:WorldBank";

    private const string FileName = "CMO-Historical-Data-Monthly.xlsx";
    private const string Format = "world-bank-pink-sheet";

    public async Task PollAsync(PollTurn turn, CancellationToken cancellationToken)
    {
        var page = await PageAsync(turn, isConditional: turn.Cursor is not null, cancellationToken);
        if (page.IsUnchanged && await IsTakenAsync(turn, new Uri(turn.Cursor!), cancellationToken)) return;
        // Else the workbook is no longer where the page said the last time: what the page says now counts, whether it changed or not.
        if (page.IsUnchanged) page = await PageAsync(turn, isConditional: false, cancellationToken);
        await TakeAsync(turn, AddressIn(page, turn.Options.Address!), cancellationToken);
    }

    private static Task<PollResponse> PageAsync(PollTurn turn, bool isConditional, CancellationToken cancellationToken) => turn.FetchAsync(
        new PollRequest { Name = $"the page {turn.Options.Address}", Address = turn.Options.Address!, Expected = Expected.Html, IsConditional = isConditional },
        cancellationToken);

    /// <summary>False when there is no workbook at the address.</summary>
    private async Task<bool> IsTakenAsync(PollTurn turn, Uri address, CancellationToken cancellationToken)
    {
        try
        {
            await TakeAsync(turn, address, cancellationToken);
            return true;
        }
        catch (PollException e) when (e.Failure is PollFailure.Refused or PollFailure.Moved or PollFailure.UnexpectedContent)
        {
            return false;
        }
    }

    private async Task TakeAsync(PollTurn turn, Uri address, CancellationToken cancellationToken)
    {
        var workbook = await turn.FetchAsync(
            new PollRequest { Name = $"the workbook {address}", Address = address, Expected = Expected.Zip }, cancellationToken);
        if (workbook.IsUnchanged) await turn.AdvanceAsync(address.ToString(), [], cancellationToken);
        else await files.TakeAsync(turn, workbook, new FetchedFile(FileName, Format), address.ToString(), cancellationToken);
    }

    /// <summary>Where the page links the workbook.</summary>
    /// <exception cref="PollException">It links none.</exception>
    private static Uri AddressIn(PollResponse page, Uri at)
    {
        if (Link().Match(page.Text()) is not { Success: true } link)
            throw page.LayoutChanged($"it links no {FileName}");
        var found = WebUtility.HtmlDecode(link.Groups["address"].Value);
        return Uri.TryCreate(at, found, out var address) && (address.Scheme == at.Scheme || address.Scheme is "https")
            ? address
            : throw page.LayoutChanged($"the link to {FileName} is no address that is followed");
    }

    [GeneratedRegex("""href\s*=\s*(?<quote>["'])(?<address>[^"']*?CMO-Historical-Data-Monthly\.xlsx[^"']*)\k<quote>""", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Link();
}
