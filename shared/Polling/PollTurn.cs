using Chokepoint.Polling.Http;
using Chokepoint.Polling.Store;
using Npgsql;

namespace Chokepoint.Polling;

/// <summary>One turn of polling one source: polite requests, the memory of earlier turns, and how what was read is made to last.</summary>
public sealed class PollTurn
{
    private readonly PoliteClient _client;
    private readonly PollStore _store;
    private readonly PollLease _lease;
    private readonly List<Validators> _toRemember = [];

    internal PollTurn(PoliteClient client, PollStore store, PollLease lease, PollOptions options) =>
        (_client, _store, _lease, Options, Cursor) = (client, store, lease, options, lease.Cursor);

    public PollOptions Options { get; }

    /// <summary>Where the last turn that stored anything ended, in the source's own words; null at first.</summary>
    public string? Cursor { get; private set; }

    /// <summary>New documents stored by this turn so far.</summary>
    public int New { get; private set; }

    /// <summary>
    /// Sends one request, after <see cref="PollOptions.Gap"/>, conditional on what was stored of its last answer
    /// (<c>If-None-Match</c>, <c>If-Modified-Since</c>), and checks that the answer is of the kind asked for.
    /// </summary>
    /// <exception cref="PollException">No such answer was had, after the tries that a passing failure is worth.</exception>
    public async Task<PollResponse> FetchAsync(PollRequest request, CancellationToken cancellationToken)
    {
        var known = request.IsConditional ? await _store.ValidatorsAsync(_lease.Source, request.Name, cancellationToken) : null;
        var (response, validators) = await _client.SendAsync(_lease.Source, request, known, Options, cancellationToken);
        if (request.IsConditional && validators is not null) _toRemember.Add(validators);
        return response;
    }

    /// <summary>
    /// The answer is only a part of what is read: the next turn's request for it is not conditional on it, or a turn that ends before
    /// the other parts were stored would leave them out.
    /// </summary>
    public void IsPart(PollResponse response) => _toRemember.RemoveAll(known => known.Request == response.Request);

    /// <summary>Those of the documents that no earlier turn has stored, or not with this content; in their order.</summary>
    public Task<IReadOnlyList<SeenDocument>> UnseenAsync(IReadOnlyCollection<SeenDocument> documents, CancellationToken cancellationToken) =>
        _store.UnseenAsync(_lease.Source, documents, cancellationToken);

    /// <summary>
    /// Makes progress last: the cursor, the documents seen, and the validators of the answers fetched so far. Call it within the
    /// transaction that stores what was read of them, so that both happen or neither: then a turn that ends anywhere loses nothing
    /// and doubles nothing.
    /// </summary>
    /// <param name="connection">With that transaction open; with EF Core, <c>(NpgsqlConnection)db.Database.GetDbConnection()</c>.</param>
    /// <param name="cursor">Where the next turn begins.</param>
    /// <param name="seen">What is remembered as seen; those that are new or changed count as news of the source.</param>
    /// <exception cref="PollLeaseLostException">Another process polls the source now; roll back.</exception>
    public async Task AdvanceAsync(
        NpgsqlConnection connection, string? cursor, IReadOnlyCollection<SeenDocument> seen, CancellationToken cancellationToken)
    {
        var news = await PollStore.AdvanceAsync(connection, _lease, cursor, seen, _toRemember, _store.Lease, cancellationToken);
        // A caller whose commit fails throws, and the turn is over; nothing reads these then.
        (Cursor, New) = (cursor, New + news);
        _toRemember.Clear();
    }

    /// <summary>The same in a transaction of its own, for what is stored elsewhere and is the same when stored twice.</summary>
    /// <inheritdoc cref="AdvanceAsync(NpgsqlConnection, string?, IReadOnlyCollection{SeenDocument}, CancellationToken)"/>
    public async Task AdvanceAsync(string? cursor, IReadOnlyCollection<SeenDocument> seen, CancellationToken cancellationToken)
    {
        await using var connection = await _store.OpenAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await AdvanceAsync(connection, cursor, seen, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }
}

/// <summary>A document as remembered: its name at the source, and what tells one wording of it from another.</summary>
/// <param name="Key">Stable over time: an id, or an address.</param>
/// <param name="Content">A hash or a version; <see cref="Of"/> makes one.</param>
public sealed record SeenDocument(string Key, string Content)
{
    public static SeenDocument Of(string key, ReadOnlySpan<byte> content) =>
        new(key, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(content)));
}
