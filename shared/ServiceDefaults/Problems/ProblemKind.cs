namespace Chokepoint.ServiceDefaults;

/// <summary>
/// A kind of problem that the interface answers with. Its <see cref="Type"/> is stable and is a path on the platform itself, which
/// serves a page about it there; a relative reference from the root, as RFC 9457 section 3.1.1 allows, needs no domain of ours.
/// </summary>
/// <param name="Slug">Last part of <see cref="Type"/>: <c>validation</c>.</param>
/// <param name="Status">HTTP status that goes with it.</param>
/// <param name="Title">The same for every occurrence.</param>
/// <param name="Advice">What a client does about it, for the reference.</param>
public sealed record ProblemKind(string Slug, int Status, string Title, string Advice)
{
    public string Type => "/problems/" + Slug;

    public static ProblemKind Malformed { get; } = new("malformed", 400, "The request cannot be parsed",
        "Correct the syntax: the body is not JSON, or a value in the query or the path is not of its kind.");

    public static ProblemKind Unauthenticated { get; } = new("unauthenticated", 401, "A valid key is needed",
        "Send the header `Authorization: Bearer <key>` with a key that the operator has configured.");

    public static ProblemKind Forbidden { get; } = new("forbidden", 403, "The key lacks a scope",
        "Use a key with the scope that `detail` names, or ask the operator to add it to this one.");

    public static ProblemKind NotFound { get; } = new("not-found", 404, "Nothing is there",
        "Check the path and the identifiers in it against the reference.");

    public static ProblemKind MethodNotAllowed { get; } = new("method-not-allowed", 405, "The method is not allowed here",
        "Use one of the methods in the header `Allow`.");

    public static ProblemKind NotAcceptable { get; } = new("not-acceptable", 406, "No such representation",
        "Ask for a media type that the reference lists for this path.");

    public static ProblemKind Conflict { get; } = new("conflict", 409, "The request conflicts with what is stored",
        "Read what is stored and decide which of the two is right; `detail` says where they differ.");

    public static ProblemKind Busy { get; } = new("in-progress", 409, "The same request is being carried out",
        "Wait for `Retry-After`, then send it again with the same Idempotency-Key.");

    public static ProblemKind Gone { get; } = new("gone", 410, "No longer there", "Stop asking for it.");

    public static ProblemKind Stale { get; } = new("stale", 412, "The stored version is another one",
        "Read it again, apply the change to what is there now, and send its ETag in `If-Match`.");

    public static ProblemKind TooLarge { get; } = new("too-large", 413, "The body is too large",
        "Send less at once; JSON bodies go up to 1 MiB, large files to an imports endpoint.");

    public static ProblemKind UnsupportedMediaType { get; } = new("unsupported-media-type", 415, "The body's media type is not supported",
        "Send the body as the media type that the reference names, for most endpoints `application/json`.");

    public static ProblemKind Invalid { get; } = new("invalid", 422, "The request is not valid",
        "Correct the fields that `errors` names by JSON Pointer (RFC 6901). Nothing was stored.");

    public static ProblemKind KeyReused { get; } = new("idempotency-key-reused", 422, "The Idempotency-Key belongs to another request",
        "Use a new key for a new request.");

    public static ProblemKind PreconditionRequired { get; } = new("precondition-required", 428, "If-Match is needed",
        "Read the resource and send its ETag in `If-Match`, so that no other change is overwritten unseen.");

    public static ProblemKind TooManyRequests { get; } = new("too-many-requests", 429, "Too many requests",
        "Wait for `Retry-After`, then go on more slowly.");

    public static ProblemKind Internal { get; } = new("internal", 500, "Something went wrong here",
        "Tell the operator the `traceId`; sending it again is safe with the same Idempotency-Key.");

    public static ProblemKind BadGateway { get; } = new("bad-gateway", 502, "The service's answer broke off",
        "Send it again; with a write, use the same Idempotency-Key.");

    public static ProblemKind Unavailable { get; } = new("unavailable", 503, "Not available at the moment",
        "Wait for `Retry-After`, then send it again; with a write, use the same Idempotency-Key.");

    public static ProblemKind Timeout { get; } = new("timeout", 504, "The service took too long",
        "Send it again later; a write may have been carried out, so use the same Idempotency-Key.");

    /// <summary>Every kind that a service or the gateway answers with by itself.</summary>
    public static IReadOnlyList<ProblemKind> All { get; } =
    [
        Malformed, Unauthenticated, Forbidden, NotFound, MethodNotAllowed, NotAcceptable, Conflict, Busy, Gone, Stale, TooLarge,
        UnsupportedMediaType, Invalid, KeyReused, PreconditionRequired, TooManyRequests, Internal, BadGateway, Unavailable, Timeout,
    ];

    /// <summary>The kind for a status that comes without one; a status nobody foresaw counts as malformed (4xx) or internal (5xx).</summary>
    public static ProblemKind ForStatus(int status) =>
        All.FirstOrDefault(kind => kind.Status == status) ?? (status < 500 ? Malformed : Internal);
}
