using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Chokepoint.ServiceDefaults;

/// <summary>
/// What was thrown, as a problem: the caller's fault names the field, a database that does not answer is 503 with Retry-After, anything
/// else is 500 with no more than a trace id, logged here.
/// </summary>
internal sealed partial class ExceptionToProblem(
    IProblemDetailsService problems, IOptions<JsonOptions> json, ILogger<ExceptionToProblem> logger) : IExceptionHandler
{
    private const int ClientClosedRequest = 499;

    public async ValueTask<bool> TryHandleAsync(HttpContext http, Exception exception, CancellationToken cancellationToken)
    {
        if (http.RequestAborted.IsCancellationRequested && exception is OperationCanceledException or IOException)
        {
            http.Response.StatusCode = ClientClosedRequest;
            return true;
        }

        var problem = Explain(http, exception);
        if (problem.Kind.Status >= 500)
            Log(http, exception, problem.Kind);
        http.Response.StatusCode = problem.Kind.Status;
        if (problem.RetryAfter is { } wait)
            http.Response.Headers.RetryAfter = ((int)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        await problems.WriteAsync(new ProblemDetailsContext
        {
            HttpContext = http,
            ProblemDetails = Problems.Details(problem.Kind, problem.Message, problem.Errors),
        });
        return true;
    }

    private ProblemException Explain(HttpContext http, Exception exception) => exception switch
    {
        ProblemException problem => problem,
        BadHttpRequestException { InnerException: JsonException fault } =>
            JsonFault.Explain(fault, BodyType(http), json.Value.SerializerOptions),
        BadHttpRequestException bad => Explain(bad),
        InvalidOperationException { InnerException: ArgumentException } charset when charset.Message.Contains("content type charset", StringComparison.Ordinal) =>
            new ProblemException(ProblemKind.UnsupportedMediaType, "The charset of Content-Type is not known here: send the body as UTF-8."),
        JsonException => new ProblemException(ProblemKind.Internal, Unforeseen),
        DbUpdateConcurrencyException => new ProblemException(ProblemKind.Stale, "Another change was stored in the meantime; read it again."),
        _ when Refusal(exception) is { } refusal => refusal,
        _ when IsUnavailable(exception) =>
            new ProblemException(ProblemKind.Unavailable, "The database does not answer at the moment.") { RetryAfter = TimeSpan.FromSeconds(2) },
        TimeoutException => new ProblemException(ProblemKind.Unavailable, "This takes too long at the moment.") { RetryAfter = TimeSpan.FromSeconds(5) },
        _ => new ProblemException(ProblemKind.Internal, Unforeseen),
    };

    private const string Unforeseen = "This was not foreseen. The traceId leads the operator to what happened.";

    private static ProblemException Explain(BadHttpRequestException bad)
    {
        if (Unbound().Match(bad.Message) is { Success: true } unbound)
        {
            var errors = new Dictionary<string, string[]>(StringComparer.Ordinal)
            {
                ["/" + unbound.Groups["name"].Value] = ["Cannot be read as the kind of value that belongs here."],
            };
            return new ProblemException(ProblemKind.Malformed, Problems.Summary(errors), errors);
        }
        if (Missing().Match(bad.Message) is { Success: true } missing)
        {
            return missing.Groups["source"].Value is "body"
                ? new ProblemException(ProblemKind.Malformed, "A body is needed.")
                : ProblemException.Invalid("/" + missing.Groups["name"].Value, "Is needed.");
        }
        return bad.StatusCode switch
        {
            413 => new ProblemException(ProblemKind.TooLarge, "The body is larger than is accepted here."),
            415 => new ProblemException(ProblemKind.UnsupportedMediaType, "The body must be sent as application/json."),
            408 => new ProblemException(ProblemKind.Malformed, "The body came too slowly."),
            _ => new ProblemException(ProblemKind.ForStatus(bad.StatusCode), "The request cannot be read."),
        };
    }

    private static Type? BodyType(HttpContext http) =>
        (http.Features.Get<IExceptionHandlerFeature>()?.Endpoint ?? http.GetEndpoint())?.Metadata.GetMetadata<IAcceptsMetadata>()?.RequestType;

    /// <summary>
    /// Whether the database is away, shutting down or out of connections: trying again helps then. What Postgres itself answers counts
    /// by its code: a serialization failure passes, a broken constraint does not.
    /// </summary>
    internal static bool IsUnavailable(Exception? exception) => exception switch
    {
        null => false,
        PostgresException postgres => postgres.IsTransient,
        NpgsqlException => true,
        _ => IsUnavailable(exception.InnerException),
    };

    /// <summary>What Postgres refuses because of what was sent, where no validator stood before it.</summary>
    private static ProblemException? Refusal(Exception? exception) => exception switch
    {
        null => null,
        PostgresException { SqlState: PostgresErrorCodes.UniqueViolation } =>
            new ProblemException(ProblemKind.Conflict, "Another request stored the same in the meantime; read it again."),
        PostgresException { SqlState: PostgresErrorCodes.CharacterNotInRepertoire or PostgresErrorCodes.UntranslatableCharacter } =>
            new ProblemException(ProblemKind.Invalid, "A text holds a character that cannot be stored, such as U+0000."),
        PostgresException { SqlState: PostgresErrorCodes.StringDataRightTruncation or PostgresErrorCodes.NumericValueOutOfRange or PostgresErrorCodes.DatetimeFieldOverflow } =>
            new ProblemException(ProblemKind.Invalid, "A value is longer or larger than can be stored."),
        _ => Refusal(exception.InnerException),
    };

    private void Log(HttpContext http, Exception exception, ProblemKind kind)
    {
        if (kind == ProblemKind.Unavailable)
            logger.LogWarning("{Method} {Path} answered 503: {Reason}", http.Request.Method, http.Request.Path, exception.GetBaseException().Message);
        else
            logger.LogError(exception, "{Method} {Path} failed", http.Request.Method, http.Request.Path);
    }

    [GeneratedRegex("^Failed to bind parameter \"\\S+ (?<name>[^\"]+)\" from", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Unbound();

    [GeneratedRegex("^(Required parameter \"[^\"]*?(?<name>[^\" ]+)\" was not provided from (?<source>.+?)\\.|Implicit body inferred for parameter \"(?<name>[^\"]+)\" but no (?<source>body) was provided)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Missing();
}
