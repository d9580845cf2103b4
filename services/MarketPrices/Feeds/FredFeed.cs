using Chokepoint.Imports;
using Chokepoint.Polling;

namespace Chokepoint.MarketPrices.Feeds;

/// <summary>
/// FRED's CSV of each of the IMF's metal prices (<c>fredgraph.csv?id=PCOPPUSDM</c>, no key). The series stand alone: one that is no longer
/// there, or no longer what it was, fails the turn and keeps none of the others back.
/// </summary>
internal sealed class FredFeed(FredSettings settings, FetchedFiles files) : IPolledSource
{
    public const string FeedName = "fred";
    public const string Section = "Feeds:Fred";

    public async Task PollAsync(PollTurn turn, CancellationToken cancellationToken)
    {
        PollException? failure = null;
        foreach (var series in settings.Ids)
        {
            try
            {
                await TakeAsync(turn, series, cancellationToken);
            }
            catch (PollException e) when (e.Failure is not (PollFailure.Unreachable or PollFailure.ServerError or PollFailure.RateLimited))
            {
                failure ??= e;
            }
        }
        if (failure is not null) throw failure;
    }

    private async Task TakeAsync(PollTurn turn, string series, CancellationToken cancellationToken)
    {
        var address = new UriBuilder(turn.Options.Address!) { Query = "id=" + Uri.EscapeDataString(series) }.Uri;
        var answer = await turn.FetchAsync(
            new PollRequest { Name = $"the series {series}", Address = address, Expected = Expected.Csv }, cancellationToken);
        if (answer.IsUnchanged) return;
        if (answer.Body.Span is not [.., (byte)'\n'])
        {
            // The last figure may be half a figure; framed well, so that nothing else tells.
            turn.IsPart(answer);
            throw new PollException(PollFailure.Malformed, $"{series} ends in the middle of a line, after {answer.Body.Length} bytes.");
        }
        await files.TakeAsync(turn, answer, new FetchedFile(series, "fred"), cursor: null, cancellationToken);
    }
}

/// <summary>What is asked of FRED, beside how often; in the same section.</summary>
internal sealed record FredSettings
{
    /// <summary>FRED's ids of the series, by commas: of the metals that the format <c>fred</c> knows.</summary>
    public string Series { get; init; } = "PALUMUSDM,PCOPPUSDM,PIORECRUSDM,PLEADUSDM,PNICKUSDM,PTINUSDM,PURANUSDM,PZINCUSDM";

    public IEnumerable<string> Ids => Series.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Distinct(StringComparer.Ordinal);
}
