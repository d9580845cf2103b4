using System.Text.Json;
using System.Text.Json.Nodes;
using Chokepoint.Contracts;
using Chokepoint.ServiceDefaults;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Npgsql;

namespace Chokepoint.Imports;

/// <summary>An import as the interface shows it (API.md, "an import job").</summary>
internal sealed record ImportView(
    Guid Id, string Format, ImportState State, long RowsRead, long RowsAccepted, long RowsRejected, long? RowsNew, long? RowsRevised,
    long? RowsUnchanged, long BytesRead, long BytesTotal, double? RowsPerSecond, string Sha256, DateTimeOffset SubmittedAt,
    DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt, ImportProblem? Error)
{
    public static ImportView Of(ImportJob job, DateTimeOffset now)
    {
        var seconds = job.StartedAt is { } start ? ((job.FinishedAt ?? now) - start).TotalSeconds : 0;
        return new ImportView(
            job.Id, job.Format, job.State, job.RowsRead, job.RowsAccepted, job.RowsRejected, job.RowsNew, job.RowsRevised, job.RowsUnchanged,
            job.BytesRead, job.ByteCount, seconds > 0 ? Math.Round(job.RowsRead / seconds) : null, Convert.ToHexStringLower(job.Sha256),
            job.SubmittedAt, job.StartedAt, job.FinishedAt,
            job.Error is null ? null : JsonSerializer.Deserialize<ImportProblem>(job.Error, EventJson.Options));
    }
}

/// <summary>A row that was not taken: its line, the header being line 1, and why.</summary>
internal sealed record RejectView(long Line, string Reason);

/// <summary>The endpoints of imports, the same in every service that has them.</summary>
public static class ImportEndpoints
{
    /// <param name="area">The group <c>/api/{area}</c>.</param>
    /// <param name="scope">What a key needs to send or cancel a file.</param>
    public static RouteGroupBuilder MapImports<TRow>(this RouteGroupBuilder area, string scope)
    {
        var imports = area.MapGroup("/imports").WithTags("Imports");
        imports.MapPost("/", AcceptAsync<TRow>).WithName("StartImport").RequireAuthorization(scope)
            .WithMetadata(new DisableRequestSizeLimitAttribute())
            .WithSummary("Takes a file to import; it is the body, of any size, and is accepted once it is stored.")
            .Produces<ImportView>(StatusCodes.Status202Accepted);
        imports.MapGet("/", ListAsync).WithName("ListImports").WithSummary("Imports, the newest first.");
        imports.MapGet("/{id:guid}", FindAsync).WithName("GetImport").WithSummary("How far an import has come.");
        imports.MapGet("/{id:guid}/rejects", RejectsAsync).WithName("ListImportRejects").WithSummary("The rows that were not taken, each with its line and the reason.");
        imports.MapDelete("/{id:guid}", CancelAsync).WithName("CancelImport").RequireAuthorization(scope)
            .WithSummary("Cancels an import that has not ended; nothing of it is stored.");
        return area;
    }

    private static async Task<Results<Accepted<ImportView>, ProblemHttpResult>> AcceptAsync<TRow>(
        string? format, HttpContext context, IEnumerable<IImportFormat<TRow>> formats, ImportSpool spool, ImportOptions options,
        TimeProvider clock, CancellationToken cancellationToken)
    {
        var known = formats.ToDictionary(f => f.Name, StringComparer.Ordinal);
        if (format is null || !known.TryGetValue(format, out var chosen))
            return Problems.Invalid("/format", $"The query parameter format must be one of {string.Join(", ", known.Keys.Order(StringComparer.Ordinal))}.");
        var declared = OptionsOf(context.Request.Query);
        if (chosen.ValidateOptions(declared) is { Count: > 0 } errors) return Problems.Invalid(errors);
        if (context.Request.ContentLength > options.MaxBytes) return TooLarge(options.MaxBytes);
        if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate) rate.MinDataRate = null; // slow lines may send large files
        try
        {
            var job = await spool.AcceptAsync(context.Request.Body, format, declared, options.MaxBytes, cancellationToken);
            return TypedResults.Accepted($"{context.Request.PathBase}{context.Request.Path}".TrimEnd('/') + "/" + job.Id, ImportView.Of(job, clock.GetUtcNow()));
        }
        catch (ImportTooLargeException tooLarge)
        {
            return TooLarge(tooLarge.MaxBytes);
        }
        catch (PostgresException full) when (full.SqlState == PostgresErrorCodes.DiskFull)
        {
            throw new ProblemException(ProblemKind.Unavailable, "The database's disk is full; nothing of the file was kept.") { RetryAfter = TimeSpan.FromMinutes(5) };
        }
    }

    private static async Task<Ok<Page<ImportView>>> ListAsync(
        PageRequest page, ImportStore store, TimeProvider clock, CancellationToken cancellationToken)
    {
        var jobs = await store.ListAsync(page.After<long?>() ?? long.MaxValue, page.Take, cancellationToken);
        var now = clock.GetUtcNow();
        var part = Page.From(jobs, page, job => job.No);
        return TypedResults.Ok(new Page<ImportView>([.. part.Items.Select(job => ImportView.Of(job, now))], part.NextCursor));
    }

    private static async Task<Results<Ok<ImportView>, ProblemHttpResult>> FindAsync(
        Guid id, ImportStore store, TimeProvider clock, CancellationToken cancellationToken) =>
        await store.FindAsync(id, cancellationToken) is { } job
            ? TypedResults.Ok(ImportView.Of(job, clock.GetUtcNow()))
            : Problems.NotFound($"There is no import {id}.");

    private static async Task<Results<Ok<Page<RejectView>>, ProblemHttpResult>> RejectsAsync(
        Guid id, PageRequest page, ImportStore store, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(id, cancellationToken) is not { } job) return Problems.NotFound($"There is no import {id}.");
        var rejects = await store.RejectsAsync(job.No, page.After<long>(), page.Take, cancellationToken);
        var part = Page.From(rejects, page, r => r.No);
        return TypedResults.Ok(new Page<RejectView>([.. part.Items.Select(r => new RejectView(r.Line, r.Reason))], part.NextCursor));
    }

    private static async Task<Results<Accepted<ImportView>, ProblemHttpResult>> CancelAsync(
        Guid id, HttpContext context, ImportStore store, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(id, cancellationToken) is null) return Problems.NotFound($"There is no import {id}.");
        if (!await store.CancelAsync(id, cancellationToken)) return Problems.Conflict($"The import {id} has ended already.");
        var job = await store.FindAsync(id, cancellationToken);
        return TypedResults.Accepted($"{context.Request.PathBase}{context.Request.Path}", ImportView.Of(job!, clock.GetUtcNow()));
    }

    private static ProblemHttpResult TooLarge(long maxBytes) =>
        Problems.Of(ProblemKind.TooLarge, $"An import may have at most {maxBytes} bytes.");

    /// <summary>The query parameters beside <c>format</c>, as one JSON object; null when there are none.</summary>
    private static string? OptionsOf(IQueryCollection query)
    {
        var declared = new JsonObject();
        foreach (var (name, values) in query)
        {
            if (name != "format") declared[name] = values.ToString();
        }
        return declared.Count == 0 ? null : declared.ToJsonString();
    }
}
