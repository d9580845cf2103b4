using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Chokepoint.ServiceDefaults;

/// <summary>The answers of an endpoint that refuses: RFC 9457 problem details, with the field named by JSON Pointer where there is one.</summary>
public static class Problems
{
    /// <summary>404: nothing has this identifier.</summary>
    public static ProblemHttpResult NotFound(string detail) => Of(ProblemKind.NotFound, detail);

    /// <summary>409: what is stored says otherwise.</summary>
    public static ProblemHttpResult Conflict(string detail) => Of(ProblemKind.Conflict, detail);

    /// <summary>422 about one field.</summary>
    /// <param name="field">JSON Pointer into the body (<c>/clauses/0/minerals/1</c>), or <c>/name</c> of a query parameter.</param>
    /// <param name="message">What is wrong with it, as a sentence.</param>
    public static ProblemHttpResult Invalid(string field, string message) =>
        Invalid(new Dictionary<string, string[]>(StringComparer.Ordinal) { [field] = [message] });

    /// <summary>422 about several fields, keyed by JSON Pointer.</summary>
    public static ProblemHttpResult Invalid(IReadOnlyDictionary<string, string[]> errors) =>
        Of(ProblemKind.Invalid, Summary(errors), errors);

    /// <summary>Any other kind; one of a service's own is a <see cref="ProblemKind"/> of its own.</summary>
    public static ProblemHttpResult Of(ProblemKind kind, string? detail, IReadOnlyDictionary<string, string[]>? errors = null) =>
        TypedResults.Problem(Details(kind, detail, errors));

    internal static ProblemDetails Details(
        ProblemKind kind, string? detail, IReadOnlyDictionary<string, string[]>? errors = null, int? status = null)
    {
        var problem = new ProblemDetails { Type = kind.Type, Title = kind.Title, Status = status ?? kind.Status, Detail = detail };
        if (errors is { Count: > 0 })
            problem.Extensions["errors"] = errors;
        return problem;
    }

    internal static string Summary(IReadOnlyDictionary<string, string[]> errors)
    {
        var (pointer, messages) = errors.First();
        var first = pointer.Length is 0 ? messages[0] : $"{pointer}: {messages[0]}";
        return errors.Count is 1 ? first : $"{first} ({errors.Count - 1} more in errors)";
    }
}

/// <summary>
/// A refusal from below the endpoint, where no result can be returned; the exception handler answers it as the problem it carries
/// and does not log it as an error.
/// </summary>
public sealed class ProblemException : Exception
{
    public ProblemException(ProblemKind kind, string detail, IReadOnlyDictionary<string, string[]>? errors = null)
        : base(detail) => (Kind, Errors) = (kind, errors);

    public ProblemKind Kind { get; }

    public IReadOnlyDictionary<string, string[]>? Errors { get; }

    /// <summary>Sent as <c>Retry-After</c>.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>422 about several fields, keyed by JSON Pointer.</summary>
    public static ProblemException Invalid(IReadOnlyDictionary<string, string[]> errors) => new(ProblemKind.Invalid, Problems.Summary(errors), errors);

    /// <summary>422 about one field.</summary>
    public static ProblemException Invalid(string field, string message)
    {
        var errors = new Dictionary<string, string[]>(StringComparer.Ordinal) { [field] = [message] };
        return new ProblemException(ProblemKind.Invalid, Problems.Summary(errors), errors);
    }
}
