using System.Globalization;
using System.Text.Json;
using Chokepoint.Imports;
using Chokepoint.Polling;
using Chokepoint.TradeFlows.Domain;
using Chokepoint.TradeFlows.Imports;

namespace Chokepoint.TradeFlows.Feeds;

/// <summary>
/// UN Comtrade's API v1, asked within its limits: so many calls in a window, one period and at most so many rows a call. A call is
/// counted before it is made, its answer imported before the next is asked, and both last: a process that dies anywhere goes on where
/// it stood. An answer as long as an answer may be is not taken, since what is missing does not show; its question is asked in parts. A
/// question that is refused stops no other: it is asked again each turn, after them, and until it is answered the turn fails.
/// </summary>
internal sealed partial class ComtradeFeed(
    ComtradeSettings settings, FetchedFiles files, TimeProvider time, ILogger<ComtradeFeed> logger) : IPolledSource
{
    public const string FeedName = "comtrade";
    public const string Section = "Feeds:Comtrade";

    /// <summary>Refusals in a row, after which the turn ends: that is the source's state or the key's, and calls are few.</summary>
    private const int MostInARow = 3;

    private readonly ComtradePlan _plan = new(settings);

    public async Task PollAsync(PollTurn turn, CancellationToken cancellationToken)
    {
        var progress = ComtradeProgress.Of(turn.Cursor, _plan, time.GetUtcNow());
        progress = progress.Begin(_plan, settings.Every, time.GetUtcNow());
        var questions = _plan.Questions(progress.Round, progress.Settled);
        var again = progress.Left.Count; // those that fail in this turn wait for the next
        var (failure, inARow) = ((PollException?)null, 0);
        while ((!progress.IsAtLeft(questions) || again > 0) && inARow < MostInARow)
        {
            if (!progress.MayCall(settings, time.GetUtcNow()))
            {
                LogSpent(progress.Calls, progress.CountingFrom + settings.CallsPer, questions.Count - progress.Done);
                break;
            }
            progress = progress.Calling(settings, time.GetUtcNow());
            await turn.AdvanceAsync(progress.Write(), [], cancellationToken);
            var (isLeft, left) = (progress.IsAtLeft(questions), progress.Left.Count);
            try
            {
                progress = await AskAsync(turn, questions, progress, cancellationToken);
                inARow = 0;
                if (isLeft) again += progress.Left.Count - left;
            }
            catch (PollException e) when (IsOfTheQuestion(e.Failure))
            {
                (failure, inARow) = (failure ?? e, inARow + 1);
                if (isLeft) again--;
                progress = progress.Passed(_plan, questions);
                await turn.AdvanceAsync(progress.Write(), [], cancellationToken);
            }
        }
        if (failure is not null) throw failure;
    }

    /// <summary>What another question may not meet; all else is the source's state, which is waited out with the question.</summary>
    private static bool IsOfTheQuestion(PollFailure failure) => failure is
        PollFailure.Refused or PollFailure.TooLarge or PollFailure.UnexpectedContent or PollFailure.Malformed or PollFailure.LayoutChanged;

    private async Task<ComtradeProgress> AskAsync(
        PollTurn turn, IReadOnlyList<ComtradeQuestion> questions, ComtradeProgress progress, CancellationToken cancellationToken)
    {
        var (question, part) = progress.Next(_plan, questions);
        var name = NameOf(question, part);
        PollResponse answer;
        try
        {
            answer = await turn.FetchAsync(RequestOf(turn.Options.Address!, question, part, name), cancellationToken);
        }
        catch (PollException e) when (e.Failure is PollFailure.TooLarge && part.Halves() is { Count: > 0 } halves)
        {
            return await DivideAsync(turn, progress.Divided(questions, halves), cancellationToken);
        }
        var rows = 0L;
        try
        {
            if (!answer.IsUnchanged) rows = RowsOf(answer);
            if (rows >= settings.MostRecords && part.Halves().Count == 0)
                throw answer.LayoutChanged($"{rows} rows for one code in one direction, as many as a call may answer: it is cut off, and cannot be asked in parts.");
        }
        catch (PollException)
        {
            turn.IsPart(answer); // nothing of it is stored, and the next time it is asked for whole
            throw;
        }
        var answered = progress.Answered(questions);
        if (rows >= settings.MostRecords)
        {
            turn.IsPart(answer);
            return await DivideAsync(turn, progress.Divided(questions, part.Halves()), cancellationToken);
        }
        if (rows > 0)
            await files.TakeAsync(turn, answer, new FetchedFile(name, "comtrade-v1", ComtradeV1Format.OptionsOf(CodesOf(part))), answered.Write(), cancellationToken);
        else
            await turn.AdvanceAsync(answered.Write(), [], cancellationToken);
        return answered;
    }

    private static async Task<ComtradeProgress> DivideAsync(PollTurn turn, ComtradeProgress divided, CancellationToken cancellationToken)
    {
        await turn.AdvanceAsync(divided.Write(), [], cancellationToken);
        return divided;
    }

    private PollRequest RequestOf(Uri address, ComtradeQuestion question, ComtradePart part, string name)
    {
        var frequency = TradePeriod.IsYear(question.Period) ? "A" : "M";
        var period = TradePeriod.IsYear(question.Period) ? question.Period / 100 : question.Period;
        var query = string.Create(CultureInfo.InvariantCulture,
            $"reporterCode={question.Reporter}&period={period}&flowCode={part.Flow}&cmdCode={string.Join(',', CodesOf(part))}&partner2Code=0&customsCode=C00&motCode=0&includeDesc=false&maxRecords={settings.MostRecords}");
        return new PollRequest
        {
            Name = name,
            Address = new UriBuilder(new Uri(address, $"{(settings.HasKey ? "data/v1/get" : "public/v1/preview")}/C/{frequency}/HS")) { Query = query }.Uri,
            Expected = Expected.Json,
            Headers = settings.HasKey ? new Dictionary<string, string>(StringComparer.Ordinal) { ["Ocp-Apim-Subscription-Key"] = settings.Key! } : [],
        };
    }

    private IEnumerable<string> CodesOf(ComtradePart part) => _plan.Codes.Skip(part.From).Take(part.To - part.From);

    /// <summary>What is asked, in a few words: <c>USA 2023-11, M,X, 250410 to 811292</c>.</summary>
    private string NameOf(ComtradeQuestion question, ComtradePart part) =>
        $"{TradeAreas.NameOf(question.Reporter)} {TradePeriod.Name(question.Period)}, {part.Flow}, {_plan.Codes[part.From]} to {_plan.Codes[part.To - 1]}";

    /// <summary>How many rows the answer has or, where it says that there are more, says.</summary>
    /// <exception cref="PollException">It is no answer of UN Comtrade, or an error.</exception>
    private static long RowsOf(PollResponse answer)
    {
        using var json = answer.Json();
        var root = json.RootElement;
        if (root.ValueKind is not JsonValueKind.Object || !root.TryGetProperty("data", out var data) || data.ValueKind is not JsonValueKind.Array)
            throw answer.LayoutChanged("it has no array data");
        if (root.TryGetProperty("error", out var error) && error.ValueKind is JsonValueKind.String && error.GetString() is { Length: > 0 } says)
            throw answer.LayoutChanged($"it answers an error, {(says.Length > 200 ? says[..200] : says)}");
        var rows = data.GetArrayLength();
        // A count beyond the rows is an answer that was cut off, wherever the limit is.
        return root.TryGetProperty("count", out var count) && count.ValueKind is JsonValueKind.Number && count.GetInt64() > rows ? long.MaxValue : rows;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The {Calls} calls to UN Comtrade are spent until {Until}; {Left} questions of this round wait")]
    private partial void LogSpent(int calls, DateTimeOffset until, int left);
}
