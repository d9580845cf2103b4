using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Chokepoint.ServiceDefaults;

/// <summary>
/// <c>Idempotency-Key</c> on writes (draft-ietf-httpapi-idempotency-key-header): the same key with the same request is answered as it was
/// the first time, with another request 422, while the first is still under way 409. Answers that changed nothing (4xx, 5xx) are not kept.
/// </summary>
/// <remarks>
/// The key is held by an advisory lock in a transaction that also keeps the answer, so that a process that dies lets go of it at once.
/// Every write has this: the answer is kept after the endpoint's own commit, and a death exactly in between runs the endpoint again,
/// which is harmless where the data has natural keys. An endpoint where it is not asks for
/// <see cref="WithAtomicIdempotency{TDbContext}"/>: effects and answer are then one commit.
/// </remarks>
public static class Idempotency
{
    /// <summary>On an answer that was given before.</summary>
    public const string ReplayedHeader = "Idempotency-Replayed";

    internal const string Header = "Idempotency-Key";
    private const int LongestKey = 255;
    private const int LongestKeptBody = 1024 * 1024;

    private static readonly string[] KeptHeaders = ["Content-Type", "Location", "ETag", "Cache-Control"];

    /// <summary>
    /// The endpoint's effects through <typeparamref name="TDbContext"/> and the kept answer commit together. The endpoint opens no
    /// transaction of its own on the context.
    /// </summary>
    public static RouteHandlerBuilder WithAtomicIdempotency<TDbContext>(this RouteHandlerBuilder endpoint)
        where TDbContext : DbContext =>
        endpoint.WithMetadata(Atomic.Instance).AddEndpointFilter(async (context, next) =>
        {
            if (!Applies(context.HttpContext))
                return await next(context);
            var db = context.HttpContext.RequestServices.GetRequiredService<TDbContext>();
            await using var transaction = await db.Database.BeginTransactionAsync(context.HttpContext.RequestAborted);
            var raw = (NpgsqlTransaction)transaction.GetDbTransaction();
            return await RunAsync(context, next, raw, () => transaction.CommitAsync(CancellationToken.None));
        });

    /// <summary>For every other write of a service that has a database.</summary>
    internal static async ValueTask<object?> FilterAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        if (!Applies(http) || http.GetEndpoint()?.Metadata.GetMetadata<Atomic>() is not null
            || http.RequestServices.GetService<KeyedWrites>() is not { } writes)
        {
            return await next(context);
        }
        using var turn = await writes.EnterAsync(http.RequestAborted);
        await using var connection = await writes.Source.OpenConnectionAsync(http.RequestAborted);
        await using var transaction = await connection.BeginTransactionAsync(http.RequestAborted);
        return await RunAsync(context, next, transaction, () => transaction.CommitAsync(CancellationToken.None));
    }

    private static bool Applies(HttpContext http) =>
        http.Request.Headers.ContainsKey(Header) && !HttpMethods.IsGet(http.Request.Method) && !HttpMethods.IsHead(http.Request.Method);

    private static async ValueTask<object?> RunAsync(
        EndpointFilterInvocationContext context, EndpointFilterDelegate next, NpgsqlTransaction transaction, Func<Task> commit)
    {
        var http = context.HttpContext;
        var (caller, key, connection) = (http.User.Identity?.Name ?? "", KeyOf(http), transaction.Connection!);
        var authorization = http.Request.Headers.Authorization.ToString();
        var request = HashOf(context);
        if (!await Answers.TryTakeAsync(connection, transaction, caller, key, http.RequestAborted))
        {
            http.Response.Headers.RetryAfter = "1";
            return Problems.Of(ProblemKind.Busy, "A request with this Idempotency-Key is being carried out.");
        }
        if (await Answers.FindAsync(connection, transaction, caller, key, http.RequestAborted) is { } earlier)
        {
            if (!earlier.Request.AsSpan().SequenceEqual(request))
                return Problems.Of(ProblemKind.KeyReused, "This Idempotency-Key was used for a request with other content, path or method.");
            return AnswerSeal.Open(earlier.Body, authorization, key, request) is { } body
                ? new Replay(earlier with { Body = body })
                : Problems.Conflict("This was carried out under another key of the same name; its answer is shown to that key alone.");
        }

        var answer = await CaptureAsync(http, await next(context), request);
        if (answer.Status is >= 200 and < 300 && answer.Body.Length <= LongestKeptBody)
        {
            var kept = answer with { Body = AnswerSeal.Seal(answer.Body, authorization, key, request) };
            await Answers.KeepAsync(connection, transaction, caller, key, kept, CancellationToken.None);
        }
        if (answer.Status < 400)
            await commit();
        await WriteAsync(http, answer.Body);
        return Results.Empty;
    }

    private static string KeyOf(HttpContext http)
    {
        var key = http.Request.Headers[Header].ToString();
        return key.Length is > 0 and <= LongestKey
            ? key
            : throw new ProblemException(ProblemKind.Malformed, $"Idempotency-Key must have from 1 to {LongestKey} characters.");
    }

    /// <summary>The request by its meaning: method, path, query, and the body as it was understood, whatever its spacing.</summary>
    private static byte[] HashOf(EndpointFilterInvocationContext context)
    {
        var http = context.HttpContext;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{http.Request.Method} {http.Request.Path}{http.Request.QueryString} {http.Request.Headers.IfMatch}\n"));
        var bodyType = http.GetEndpoint()?.Metadata.GetMetadata<IAcceptsMetadata>()?.RequestType;
        var body = bodyType is null ? null : context.Arguments.FirstOrDefault(argument => argument is JsonNode or MergePatch || bodyType.IsInstanceOfType(argument));
        if (body is not null)
            hash.AppendData(JsonSerializer.SerializeToUtf8Bytes(body, body.GetType(), http.RequestServices.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions));
        else if (http.Request.ContentLength is { } length)
            hash.AppendData(BitConverter.GetBytes(length)); // a streamed body is not read yet: another of the same length passes for it
        return hash.GetHashAndReset();
    }

    private static async Task<Answer> CaptureAsync(HttpContext http, object? result, byte[] request)
    {
        var client = http.Response.Body;
        using var buffer = new MemoryStream();
        http.Response.Body = buffer;
        try
        {
            var answer = result switch
            {
                null => Results.Empty,
                IResult given => given,
                string text => Results.Text(text),
                _ => Results.Json(result),
            };
            await answer.ExecuteAsync(http);
            await http.Response.BodyWriter.FlushAsync(CancellationToken.None);
        }
        finally
        {
            http.Response.Body = client;
        }
        var headers = KeptHeaders.Where(http.Response.Headers.ContainsKey)
            .ToDictionary(name => name, name => http.Response.Headers[name].ToString(), StringComparer.Ordinal);
        return new Answer(request, http.Response.StatusCode, headers, buffer.ToArray());
    }

    private static async Task WriteAsync(HttpContext http, byte[] body)
    {
        if (body.Length > 0)
            await http.Response.Body.WriteAsync(body, http.RequestAborted);
    }

    private sealed class Replay(Answer answer) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.StatusCode = answer.Status;
            foreach (var (name, value) in answer.Headers)
                httpContext.Response.Headers[name] = value;
            httpContext.Response.Headers[ReplayedHeader] = "true";
            return WriteAsync(httpContext, answer.Body);
        }
    }

    private sealed class Atomic
    {
        public static readonly Atomic Instance = new();
    }
}
